"""The report of a recording: one page, its measures and its pictures, with nothing to load."""

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from bl1 import __version__
from bl1.analysis.avalanche import avalanches
from bl1.analysis.measure import Measure
from bl1.analysis.summary import Section, Summary
from bl1.analysis.surrogates import shuffled
from bl1.atomicfile import replacing
from bl1.core.spikes import SpikeTrain
from bl1.recording.recording import Recording
from bl1.visualization.avalanches import (
    plot_avalanche_durations,
    plot_avalanche_shapes,
    plot_avalanche_sizes,
)
from bl1.visualization.comparison import plot_comparison
from bl1.visualization.intervals import plot_ibi_histogram, plot_isi_histogram
from bl1.visualization.mea import plot_activity, plot_mea_heatmap
from bl1.visualization.raster import ROUND_MS
from bl1.visualization.rates import plot_population_rate
from bl1.visualization.style import new_figure

DPI = 110
MOST_BINS = 1500  # of the rate over a whole recording
LONGEST_RASTER_S = 60.0
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #22262b; background: #fff;
       max-width: 1080px; margin: 2em auto; padding: 0 1.2em; }
h1 { font-size: 1.5em; margin-bottom: .1em; } h2 { font-size: 1.1em; margin: 1.8em 0 .3em; }
p.facts, td.method { color: #5a626b; } p.verdict { font-weight: 600; margin: .2em 0; }
table { border-collapse: collapse; width: 100%; font-size: .86em; table-layout: fixed; }
th:nth-child(1) { width: 33%; } th:nth-child(2) { width: 8%; } th:nth-child(3) { width: 15%; }
th:nth-child(4) { width: 16%; }
td, th { text-align: right; padding: .18em .7em .18em 0; vertical-align: top;
         border-bottom: 1px solid #e4e7ea; font-variant-numeric: tabular-nums; }
td:first-child, th:first-child, td.method, th.method { text-align: left; }
figure { margin: .8em 0; } figure img { max-width: 100%; }
div.row { display: flex; flex-wrap: wrap; gap: .6em; } div.row figure { flex: 1 1 300px; }
figcaption { color: #5a626b; font-size: .86em; }
"""


def write_report(path: Path, name: str, spikes: SpikeTrain, summary: Summary, seed: int) -> None:
    """Write the page of a recording; all of it or nothing.

    Args:
        path: of the page, ``.html``.
        name: of the recording, its title.
        spikes: the recording.
        summary: what was measured on it.
        seed: of that, and of the shuffled avalanches beside the others.
    """
    body = [
        f"<h1>{escape(name)}</h1>",
        f'<p class="facts">{escape(_facts(spikes, seed))}</p>',
        *_pictures_of_activity(spikes, summary),
        *(_section(section) for section in summary.sections[:3]),
        _row(
            _figure(plot_isi_histogram(spikes)[0], "Intervals between spikes of a unit."),
            _figure(plot_ibi_histogram(summary.bursts)[0], "Intervals between network bursts."),
        ),
        _section(summary.sections[3]),
        *_pictures_of_avalanches(spikes, summary, seed),
        *(_section(section) for section in summary.sections[4:]),
    ]
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(name)}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(body)}</body></html>"
    )
    with replacing(path) as file:
        file.write(page.encode())


def _facts(spikes: SpikeTrain, seed: int) -> str:
    said: dict[str, Any] = spikes.metadata
    unit = "electrodes" if isinstance(spikes, Recording) else "cells"
    facts = [
        f"{spikes.duration_s:,.1f} s",
        f"{spikes.n_units:,} {unit}",
        f"{len(spikes):,} spikes",
        f"measured by bl1 {__version__} with seed {seed}",
    ]
    config = said.get("config")
    if config is not None:
        name = config.get("name") if isinstance(config, dict) else config
        facts.append(f"simulated: {name}, seed {said.get('seed')}")
    if said.get("div") is not None:
        facts.append(f"{said['div']} days in vitro")
    return " · ".join(facts)


def _pictures_of_activity(spikes: SpikeTrain, summary: Summary) -> list[str]:
    shown_s = min(LONGEST_RASTER_S, spikes.duration_s)
    in_all_ms = 1000.0 * spikes.duration_s
    bin_ms = next(width for width in ROUND_MS if width >= 100 and width * MOST_BINS >= in_all_ms)
    pictures = [
        _figure(
            plot_population_rate(spikes, min(bin_ms, in_all_ms), summary.bursts)[0],
            "Mean rate of all units; a mark above it for each network burst.",
        ),
        _figure(
            plot_comparison({f"the first {shown_s:g} s": spikes}, shown_s)[0],
            "Each tick a spike.",
        ),
    ]
    if isinstance(spikes, Recording):
        bin_s = spikes.duration_s / round(min(300, 1 + spikes.duration_s))
        over_time = "Rate of each electrode over time."
        if spikes.layout.positions_um is None:
            pictures.append(_figure(plot_activity(spikes, bin_s)[0], over_time))
        else:
            figure = new_figure(5.2, 3.8)
            plot_activity(spikes, bin_s, ax=figure.subplots())
            in_space = _figure(plot_mea_heatmap(spikes)[0], "Rate of each electrode at its place.")
            pictures.append(_row(in_space, _figure(figure, over_time)))
    return pictures


def _pictures_of_avalanches(spikes: SpikeTrain, summary: Summary, seed: int) -> list[str]:
    data = summary.criticality.data
    found = avalanches(spikes, bin_ms=data.bin_ms)
    other = avalanches(shuffled(spikes, seed), bin_ms=data.bin_ms)
    return [
        _row(
            _figure(plot_avalanche_sizes(found, data.size, other)[0], "Avalanche sizes."),
            _figure(plot_avalanche_durations(found, data.duration, other)[0], "Their durations."),
            _figure(
                plot_avalanche_shapes(found, summary.criticality)[0],
                "Mean time course of each duration.",
            ),
        )
    ]


def _section(section: Section) -> str:
    verdict = f'<p class="verdict">{escape(section.verdict)}</p>' if section.verdict else ""
    rows = "".join(_measure(measure) for measure in section.measures)
    return (
        f"<h2>{escape(section.title)}</h2>{verdict}<table><tr><th></th><th>value</th>"
        f'<th>95 % interval</th><th>n</th><th class="method">method</th></tr>{rows}</table>'
    )


def _measure(m: Measure) -> str:
    value = "–" if m.value is None else f"{m.value:.4g}"
    interval = f"{m.interval_95[0]:.4g} – {m.interval_95[1]:.4g}" if m.interval_95 else ""
    name = m.name + (f" ({m.unit})" if m.unit else "")
    method = escape(m.reason or m.method)
    return (
        f"<tr><td>{escape(name)}</td><td>{value}</td><td>{interval}</td>"
        f'<td>{m.n:,} {escape(m.of)}</td><td class="method">{method}</td></tr>'
    )


def _figure(figure: Figure, caption: str) -> str:
    image = BytesIO()
    figure.savefig(image, format="png", dpi=DPI)
    source = b64encode(image.getvalue()).decode()
    return (
        f'<figure><img alt="{escape(caption)}" src="data:image/png;base64,{source}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _row(*figures: str) -> str:
    return f'<div class="row">{"".join(figures)}</div>'

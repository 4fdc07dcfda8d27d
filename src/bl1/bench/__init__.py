"""How fast is it? Each row is measured in processes of its own; ratios come from one run."""

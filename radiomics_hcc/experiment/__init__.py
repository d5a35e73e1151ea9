"""The one place that joins the spokes: configuration, run, predict."""

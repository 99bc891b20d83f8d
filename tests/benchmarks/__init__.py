"""What the integration costs, measured beside Home Assistant's own one; see docs/benchmarks.md."""

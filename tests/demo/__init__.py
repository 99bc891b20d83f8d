"""The demo: simulators and a real Home Assistant in a throw-away folder, and the check that looks at them."""

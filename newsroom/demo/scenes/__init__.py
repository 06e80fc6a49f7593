"""The scenes of the demo pictures, one function each."""

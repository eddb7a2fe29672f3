"""Series over steps: charts, their axes, a cursor that reads values off, and small charts of quality."""

namespace Compression.Experiments.Plots.Pictures;

/// <summary>A mark on an axis.</summary>
/// <param name="Value">Where it stands.</param>
/// <param name="Label">What stands beside it; empty at the small marks between.</param>
internal readonly record struct Tick(double Value, string Label);

namespace Compression.Tracking.Provenance;

/// <summary>An option of the run after presets and defaults are resolved.</summary>
/// <param name="Name">Without dashes, for example <c>compress_ratio</c>.</param>
/// <param name="Value">A boolean, a number, a string, a list of those, or null.</param>
/// <param name="FromCommandLine">Whether the user gave it.</param>
public sealed record ConfigEntry(string Name, object? Value, bool FromCommandLine);

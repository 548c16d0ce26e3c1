namespace Compression.Experiments.Verbs;

/// <summary>Of verbs that take none.</summary>
public sealed record NoOptions;

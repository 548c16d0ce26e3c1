namespace Compression.Core.Reporting;

/// <summary>Reports nothing: the logger of every rank but the first.</summary>
public sealed class NullRunLogger : IRunLogger;

namespace Compression.Benchmarks;

/// <summary>What is exchanged, and how.</summary>
/// <param name="Exchange">As on the command line.</param>
/// <param name="Compressor">As on the command line.</param>
public sealed record ExchangeComposition(string Exchange, string Compressor)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Exchange} {Compressor}";
}

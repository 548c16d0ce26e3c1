using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>What is exchanged, and how.</summary>
/// <param name="Exchange">As on the command line; auto where none is named.</param>
/// <param name="Compressor">As on the command line.</param>
public sealed record ExchangeComposition(string Exchange, string Compressor)
{
    private const string Via = " via ";

    /// <summary>Reads a list such as <c>none; topk(ratio=0.01); none via powersgd(rank=4)</c>.</summary>
    /// <param name="text">Parted by semicolons.</param>
    /// <param name="option">The option that it is the value of.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it names none.</exception>
    public static IReadOnlyList<ExchangeComposition> ReadList(string text, string option)
    {
        string[] items = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return items.Length == 0
            ? throw new UserErrorException(ExitCode.Usage, $"--{option}: no method; write for example --{option} 'none; topk(ratio=0.01); none via powersgd'.")
            : [.. items.Select(Read)];
    }

    /// <summary>The composition with the exchange that <c>auto</c> stands for: all-reduce for dense float32, all-gather for all others.</summary>
    public ExchangeComposition Resolved => Exchange == "auto" ? this with { Exchange = Compressor == "none" ? "allreduce" : "allgather" } : this;

    public override string ToString() => Exchange == "auto" ? Compressor : Compressor + Via + Exchange;

    private static ExchangeComposition Read(string item) => item.Split(Via, 2, StringSplitOptions.TrimEntries) is [var compressor, var exchange]
        ? new ExchangeComposition(exchange, compressor)
        : new ExchangeComposition("auto", item);
}

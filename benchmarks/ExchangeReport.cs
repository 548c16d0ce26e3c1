using System.Globalization;
using System.Text.Json;
using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>What was measured of one exchange; bytes and milliseconds are means over the workers, of a step.</summary>
/// <param name="Exchange">The exchange.</param>
/// <param name="Compressor">The compressor.</param>
/// <param name="SentBytes">What a worker put on the wire.</param>
/// <param name="ReceivedBytes">What the wire brought.</param>
/// <param name="FormulaBytes">What it should have sent; null where no formula is at hand.</param>
public sealed record ExchangeFigures(string Exchange, string Compressor, double SentBytes, double ReceivedBytes, double? FormulaBytes)
{
    /// <summary>Share by which more was sent than the formula says.</summary>
    public double? Excess => (SentBytes / FormulaBytes) - 1;

    /// <summary>Median of a whole exchange, from the gradient to the average; null for virtual workers.</summary>
    public double? StepMs { get; init; }

    /// <summary>Of which the worker waited for others or the wire.</summary>
    public double? CommunicateMs { get; init; }
}

/// <summary>All exchanges beside each other.</summary>
/// <param name="Workers">n.</param>
/// <param name="Elements">Of the gradient.</param>
/// <param name="Exchanges">The rows.</param>
public sealed record ExchangeReport(int Workers, int Elements, IReadOnlyList<ExchangeFigures> Exchanges)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads what <see cref="Write"/> wrote as JSON.</summary>
    public static ExchangeReport Parse(string json) => JsonSerializer.Deserialize<ExchangeReport>(json, s_json)!;

    /// <summary>Prints a table, or JSON in one line.</summary>
    internal void Write(bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(this, s_json));
            return;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Workers} {Plural.Of(Workers, "worker")}, {Elements:N0} {Plural.Of(Elements, "float")}; bytes a worker and step"));
        output.WriteLine("exchange                  compressor                    sent     received      formula   excess    step ms  communicate");
        foreach (var row in Exchanges)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Exchange,-25} {row.Compressor,-21} {row.SentBytes,12:N0} {row.ReceivedBytes,12:N0} {row.FormulaBytes,12:N0} {100 * row.Excess,6:F2} {(row.Excess is null ? ' ' : '%')} {row.StepMs,10:F2} {row.CommunicateMs,12:F2}"));
        }
    }
}

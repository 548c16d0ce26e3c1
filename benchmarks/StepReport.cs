using System.Globalization;
using System.Text.Json;
using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>A training step with one method: means over the workers. With local steps it is an outer one: all of them and their exchange.</summary>
/// <param name="Method">Compressor and exchange.</param>
/// <param name="StepMs">Median of a whole step.</param>
/// <param name="WireBytes">What a worker sends in a step.</param>
public sealed record StepFigures(string Method, double StepMs, double WireBytes)
{
    /// <summary>Mean of forward and backward pass, milliseconds.</summary>
    public double ForwardBackwardMs { get; init; }

    /// <summary>Mean.</summary>
    public double CompressMs { get; init; }

    /// <summary>Mean; waiting for slower workers is in it.</summary>
    public double CommunicateMs { get; init; }

    /// <summary>Mean.</summary>
    public double DecompressMs { get; init; }

    /// <summary>Mean.</summary>
    public double UpdateMs { get; init; }
}

/// <summary>All methods beside each other.</summary>
/// <param name="Workers">n.</param>
/// <param name="Parameters">Of the model.</param>
/// <param name="Methods">The rows.</param>
public sealed record StepReport(int Workers, int Parameters, IReadOnlyList<StepFigures> Methods)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>H: steps that each worker takes by itself before an exchange.</summary>
    public int LocalSteps { get; init; } = 1;

    /// <summary>Reads what <see cref="Write"/> wrote as JSON.</summary>
    public static StepReport Parse(string json) => JsonSerializer.Deserialize<StepReport>(json, s_json)!;

    /// <summary>Prints a table, or JSON in one line.</summary>
    internal void Write(bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(this, s_json));
            return;
        }

        string step = LocalSteps == 1 ? "a step" : string.Create(CultureInfo.InvariantCulture, $"{LocalSteps} local steps and their exchange");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Workers} {Plural.Of(Workers, "worker")}, {Parameters:N0} {Plural.Of(Parameters, "parameter")}; milliseconds, and bytes a worker, of {step}"));
        output.WriteLine("method                                    step  fwd+bwd  compress  communicate  decompress  update         bytes");
        foreach (var row in Methods)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Method,-35} {row.StepMs,10:F1} {row.ForwardBackwardMs,8:F1} {row.CompressMs,9:F1} {row.CommunicateMs,12:F1} {row.DecompressMs,11:F1} {row.UpdateMs,7:F1} {row.WireBytes,13:N0}"));
        }
    }
}

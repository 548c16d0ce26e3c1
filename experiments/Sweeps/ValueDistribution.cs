using System.Globalization;
using Compression.Core.Catalog;

namespace Compression.Experiments.Sweeps;

/// <summary>A distribution of Weights &amp; Biases' grid files, as the function that takes a uniform point to a value.</summary>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Min">Smallest value; of <c>log_uniform</c> its natural logarithm.</param>
/// <param name="Max">Largest value; of <c>log_uniform</c> its natural logarithm.</param>
/// <param name="Quantum">Values of the <c>q_</c> kinds are multiples of it.</param>
internal sealed record ValueDistribution(string Kind, double Min, double Max, double Quantum)
{
    /// <summary>Whole numbers from min to max, each as likely.</summary>
    public const string IntUniform = "int_uniform";

    /// <summary>Numbers between min and max.</summary>
    public const string Uniform = "uniform";

    /// <summary>Numbers whose logarithm is uniform between the logarithms of min and max.</summary>
    public const string LogUniformValues = "log_uniform_values";

    /// <summary>Numbers whose logarithm is uniform between min and max.</summary>
    public const string LogUniform = "log_uniform";

    private const string Quantized = "q_";

    /// <summary>All that grid files may name.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        [Uniform, IntUniform, LogUniform, LogUniformValues, Quantized + Uniform, Quantized + LogUniformValues];

    /// <summary>Only some kinds have a quantum.</summary>
    public static bool HasQuantum(string kind) => kind.StartsWith(Quantized, StringComparison.Ordinal);

    /// <summary>The kinds that need a smallest value above 0.</summary>
    public static bool NeedsPositive(string kind) => kind.EndsWith(LogUniformValues, StringComparison.Ordinal);

    /// <summary>The value at a point of [0, 1).</summary>
    public string At(double point)
    {
        double value = Kind switch
        {
            IntUniform => Math.Floor(Min + (point * (Max - Min + 1))),
            LogUniform => Math.Exp(Between(Min, Max, point)),
            LogUniformValues or Quantized + LogUniformValues => Math.Exp(Between(Math.Log(Min), Math.Log(Max), point)),
            _ => Between(Min, Max, point),
        };
        if (HasQuantum(Kind))
        {
            value = Math.Clamp(Math.Round(value / Quantum) * Quantum, Min, Max);
        }

        // Six digits are enough to search with, and hide what mathematical libraries disagree on: a trial's id is the same everywhere.
        return Kind == IntUniform ? Text(value) : Text(double.Parse(value.ToString("E5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
    }

    private static string Text(double value) => OptionText.Format(value);

    private static double Between(double low, double high, double point) => low + ((high - low) * point);
}

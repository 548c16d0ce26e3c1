using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Tests;

/// <summary>Who says that it is unbiased is: over every method of the catalogue, with every choice and bound of its options.</summary>
public sealed class UnbiasedLawTests
{
    private const int Length = 1000;
    private const int Draws = 1000;
    private const double StandardErrors = 5;

    // A magnitude that only AdaComp prescribes.
    private const string FromSparsifier = "sparsifier";

    /// <summary>Sparsifiers and quantizers with default options, and with one option after the other at a choice or bound.</summary>
    public static TheoryData<string> Variants => [.. Pipelines.Catalog.Entries
        .Where(entry => entry.Role is AlgorithmRole.Sparsifier or AlgorithmRole.Quantizer)
        .SelectMany(entry => entry.Options
            .SelectMany(option => ValuesOf(option).Select(value => $"{(value == FromSparsifier ? "adacomp+" : "")}{entry.Name}({option.Name}={value})"))
            .Prepend(entry.Name))];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Who_says_that_it_is_unbiased_sends_on_average_the_value(string method)
    {
        if (Pipelines.Plan(method, memory: "none").Traits.Unbiased)
        {
            Assert.InRange(LargestDeviation(method), 0, StandardErrors);
        }
    }

    /// <summary>The test finds the bias of a clip, and a method is not called unbiased for having been without a memory in its paper.</summary>
    [Fact]
    public void A_clip_is_a_bias_and_found()
    {
        Assert.True(LargestDeviation("terngrad") > StandardErrors);
        Assert.False(Pipelines.Plan("terngrad").Traits.Unbiased);
        Assert.True(Pipelines.Plan("terngrad(clip=0)").Traits.Unbiased);
        Assert.Equal("none", Pipelines.Plan("terngrad").Memory);
        Assert.Contains(Pipelines.Plan("terngrad").Notes, note => note.Contains("biased", StringComparison.Ordinal));
        Assert.Empty(Pipelines.Plan("terngrad(clip=0)").Notes);
    }

    [Fact]
    public void Some_methods_say_so() => Assert.InRange(
        Pipelines.Catalog.Entries.Count(entry => entry.Role is AlgorithmRole.Sparsifier or AlgorithmRole.Quantizer && Pipelines.Plan(entry.Name, memory: "none").Traits.Unbiased), 4, 8);

    // The mean of many draws, by tenths of the values from the smallest magnitude to the largest, off in standard errors.
    private static double LargestDeviation(string method)
    {
        float[] values = HeavyTailed();
        var layout = Pipelines.Layout(Length);
        var slot = layout.Slots[0];
        var compressor = Pipelines.Plan(method, memory: "none").CreateCompressor(layout, ThreadTeam.Single);
        double[] sums = new double[Length], squares = new double[Length];
        float[] decoded = new float[Length];
        var writer = new PayloadWriter();
        for (int draw = 0; draw < Draws; draw++)
        {
            var step = Pipelines.Step(step: draw);
            writer.Reset();
            compressor.BeginStep([slot], values, step);
            compressor.Compress(new GradientView(slot, values, values, step), writer);
            Array.Clear(decoded);
            var reader = new PayloadReader(writer.Written);
            compressor.Decompress(ref reader, new GradientAccumulator(slot, decoded, 1, step));
            for (int i = 0; i < Length; i++)
            {
                sums[i] += decoded[i];
                squares[i] += (double)decoded[i] * decoded[i];
            }
        }

        return Enumerable.Range(0, Length).OrderBy(i => Math.Abs(values[i])).Chunk(Length / 10).Max(group =>
        {
            double difference = Math.Abs(group.Sum(i => Math.Sign(values[i]) * ((sums[i] / Draws) - values[i])));
            double variance = group.Sum(i => Math.Max(0, (squares[i] / Draws) - Math.Pow(sums[i] / Draws, 2)) / Draws);

            // What is sent as it is deviates by the rounding of these sums alone.
            return difference / (Math.Sqrt(variance) + (1e-9 * group.Sum(i => Math.Abs(values[i]))));
        });
    }

    // Not centred, and with outliers that a clip cuts; no magnitude so small that a thousand draws may miss it.
    private static float[] HeavyTailed()
    {
        var random = new Random(8);
        return [.. Enumerable.Range(0, Length).Select(i =>
            (float)((0.1 + (0.5 * random.NextDouble())) * (random.Next(5) < 3 ? 1 : -1) * (i % 37 == 0 ? 6 : 1)))];
    }

    private static IEnumerable<string> ValuesOf(OptionDescriptor option) => option.Choices.Count > 0 ? option.Choices
        : option.Type == typeof(bool) ? ["true", "false"]
        : option.Type == typeof(string) ? []
        : NumbersOf(option).Select(value => value.ToString(CultureInfo.InvariantCulture));

    // Zero and one where they are valid, and what lies on both sides of the default.
    private static IEnumerable<double> NumbersOf(OptionDescriptor option)
    {
        double usual = Convert.ToDouble(option.Default, CultureInfo.InvariantCulture);
        double[] candidates = [0, 1, usual / 2, usual * 2, 127, 8];
        bool isWhole = option.Type != typeof(double);
        return candidates.Select(value => isWhole ? Math.Round(value) : value).Distinct().Where(value => IsValid(option, value));
    }

    private static bool IsValid(OptionDescriptor option, double value)
    {
        try
        {
            Pipelines.Plan($"{Pipelines.Catalog.Entries.First(entry => entry.Options.Contains(option)).Name}({option.Name}={value.ToString(CultureInfo.InvariantCulture)})");
            return true;
        }
        catch (Core.Reporting.UserErrorException)
        {
            return false;
        }
    }
}

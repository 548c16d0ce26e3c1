using System.Globalization;
using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;

namespace Compression.Experiments.NetworkLab;

/// <summary>Measures the same methods on labs of any size and rate.</summary>
/// <param name="Methods">As <c>bench steps</c> takes them.</param>
/// <param name="StepOptions">Words for <c>bench steps</c>.</param>
/// <param name="Environment">Of this process.</param>
internal sealed record LabMeasurement(IReadOnlyList<ExchangeComposition> Methods, IReadOnlyList<string> StepOptions, CommandEnvironment Environment)
{
    private const int Smallest = 4;

    /// <summary>The training step, method by method: that many local ones and their exchange.</summary>
    /// <param name="hosts">Ranks.</param>
    /// <param name="rate">Of each link; null: as fast as the machine can.</param>
    /// <param name="localSteps">H.</param>
    public StepReport Steps(int hosts, LinkRate? rate, int localSteps = 1)
    {
        Say(hosts, rate, localSteps == 1 ? "steps" : FormattableString.Invariant($"outer steps of {localSteps}"));
        using var lab = new Lab(hosts, rate, Environment);
        return StepReport.Parse(Capture(lab, ["bench", "steps", "--methods", MethodList, "--local_steps", localSteps.ToString(CultureInfo.InvariantCulture), .. StepOptions, .. Ranks(lab, hosts)]));
    }

    /// <summary>The cost of the exchange alone.</summary>
    /// <param name="hosts">Ranks.</param>
    /// <param name="rate">Of each link; null: as fast as the machine can.</param>
    /// <param name="parameters">Elements of the model's gradient.</param>
    public LinkCost Exchanges(int hosts, LinkRate? rate, int parameters)
    {
        Say(hosts, rate, "exchanges");
        using var lab = new Lab(hosts, rate, Environment);
        return new LinkCost(Square(Smallest), Square(SideOf(parameters)));

        ExchangeReport Square(int side)
        {
            string text = side.ToString(CultureInfo.InvariantCulture);
            return ExchangeReport.Parse(
                Capture(lab, ["bench", "exchanges", "--methods", MethodList, "--rows", text, "--columns", text, .. Ranks(lab, hosts)]));
        }
    }

    /// <summary>Rows and columns of the square matrix that has as many elements as a model.</summary>
    public static int SideOf(int parameters) => Math.Max(2 * Smallest, (int)Math.Round(Math.Sqrt(parameters)));

    private string MethodList => string.Join("; ", Methods);

    private static string[] Ranks(Lab lab, int hosts) =>
        ["--num_workers", hosts.ToString(CultureInfo.InvariantCulture), "--hostfile", lab.HostFile, "--json"];

    private static string Capture(Lab lab, IReadOnlyList<string> words)
    {
        var (code, output) = lab.Capture(words);
        return code == 0 ? output : throw new AlreadyReportedException((ExitCode)code);
    }

    private void Say(int hosts, LinkRate? rate, string what) =>
        Environment.Screen.Error.WriteLine($"lab: {hosts} {Plural.Of(hosts, "host")}, {rate?.ToString() ?? "unshaped"}: {what} of {Methods.Count} {Plural.Of(Methods.Count, "method")}");
}

using System.Globalization;
using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;

namespace Compression.Experiments.NetworkLab;

/// <summary>Measures methods on labs of several rates, and predicts the same from a lab without a limit.</summary>
/// <param name="Hosts">Ranks.</param>
/// <param name="Methods">As <c>bench steps</c> takes them.</param>
/// <param name="StepOptions">Words for <c>bench steps</c>.</param>
/// <param name="Environment">Of this process.</param>
internal sealed record LabComparison(int Hosts, IReadOnlyList<ExchangeComposition> Methods, IReadOnlyList<string> StepOptions, CommandEnvironment Environment)
{
    private string MethodList => string.Join("; ", Methods);

    /// <summary>Does it, rate by rate.</summary>
    public IEnumerable<StepPrediction> Run(IReadOnlyList<LinkRate> rates)
    {
        Say("unshaped");
        var (fast, fastSteps) = Measure(null);
        foreach (var rate in rates)
        {
            Say(rate.ToString());
            var (slow, slowSteps) = Measure(rate);
            foreach (var (fastStep, slowStep) in fastSteps.Methods.Zip(slowSteps.Methods))
            {
                yield return StepPrediction.Of(rate.ToString(), fastStep, fast, slow, slowStep);
            }
        }
    }

    private (LinkCost Cost, StepReport Steps) Measure(LinkRate? rate)
    {
        using var lab = new Lab(Hosts, rate, Environment);
        string[] ranks = ["--num_workers", Hosts.ToString(CultureInfo.InvariantCulture), "--hostfile", lab.HostFile, "--json"];
        string[] exchanges = ["bench", "exchanges", "--methods", MethodList, .. ranks];
        var tiny = ExchangeReport.Parse(Capture(lab, [.. exchanges, "--rows", "4", "--columns", "4"]));
        var large = ExchangeReport.Parse(Capture(lab, exchanges));
        var steps = StepReport.Parse(Capture(lab, ["bench", "steps", "--methods", MethodList, .. StepOptions, .. ranks]));
        return (new LinkCost(tiny, large), steps);
    }

    private static string Capture(Lab lab, IReadOnlyList<string> words)
    {
        var (code, output) = lab.Capture(words);
        return code == 0 ? output : throw new AlreadyReportedException((ExitCode)code);
    }

    private void Say(string what) => Environment.Screen.Error.WriteLine($"lab: {Hosts} hosts, {what}: links, then {Methods.Count} methods");
}

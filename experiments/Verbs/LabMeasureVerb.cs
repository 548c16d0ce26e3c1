using System.Globalization;
using Compression.Benchmarks;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Verbs;

/// <summary>What the lab's measurements have in common.</summary>
public record LabMeasureOptions
{
    /// <summary>Hosts.</summary>
    [Option("hosts", "hosts, with one rank each", Min = 2, Max = LabNetwork.MostHosts)]
    public int Hosts { get; init; } = 4;

    /// <summary>Their links.</summary>
    [Option("rates", "of each host's link, each way, parted by commas: from 10mbit to 10gbit")]
    public string Rates { get; init; } = "100mbit,1gbit";

    /// <summary>Which methods.</summary>
    [Option("methods", "what is compared, parted by semicolons; 'via' names the exchange")]
    public string Methods { get; init; } = StepBenchmarkOptions.UsualMethods;

    /// <summary>H.</summary>
    [Option("local_steps", "steps that each worker takes by itself before an exchange, parted by commas: each method with each number, as in 1,8,32")]
    public string LocalSteps { get; init; } = "1";

    /// <summary>Where the figures go.</summary>
    [Option("out", "folder for the table as CSV and the picture; empty: neither", IsPath = true)]
    public string Out { get; init; } = "";
}

/// <summary>A verb that measures steps and exchanges in the lab; behind --: options of bench steps.</summary>
internal abstract class LabMeasureVerb<TOptions>(string name, string summary) : Verb<TOptions>(name, summary)
    where TOptions : LabMeasureOptions, new()
{
    private const int MostLocalSteps = 10000;

    public override bool PassesOn => true;

    protected override ExitCode Run(TOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        LinkRate[] rates = [.. options.Rates.Split(',').Select(text => LinkRate.Read(text, "rates"))];
        var methods = ExchangeComposition.ReadList(options.Methods, "methods");
        StepBenchmark.Check(new StepBenchmarkOptions { Methods = options.Methods }, Components.Compose);

        // What is set here may not be given behind the dashes as well.
        _ = CommandParser.Parse(new BenchSteps(), ["--methods", options.Methods, "--local_steps", "1", "--num_workers", "2", "--hostfile", "", "--json", .. command.PassedOn]);
        var localSteps = Numbers("local_steps", options.LocalSteps, 1, MostLocalSteps, "1,8,32");
        var picture = Measure(options, rates, localSteps, new LabMeasurement(methods, command.PassedOn, environment), environment.Screen.Output);
        if (options.Out.Length > 0)
        {
            PictureFiles.Write(picture, environment.FullPath(options.Out));
        }

        return ExitCode.Success;
    }

    /// <summary>Measures, prints row by row, and composes the picture.</summary>
    protected abstract Picture Measure(TOptions options, IReadOnlyList<LinkRate> rates, IReadOnlyList<int> localSteps, LabMeasurement measurement, TextWriter output);

    /// <summary>Reads whole numbers, parted by commas.</summary>
    protected static IReadOnlyList<int> Numbers(string option, string text, int least, int most, string example) => [.. text.Split(',').Select(word =>
        int.TryParse(word.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new UserErrorException(ExitCode.Usage, $"--{option} '{word}': write whole numbers from {least} to {most}, parted by commas, as in {example}."))];
}

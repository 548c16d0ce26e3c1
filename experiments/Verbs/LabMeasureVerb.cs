using Compression.Benchmarks;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Verbs;

/// <summary>A verb that measures steps and exchanges in the lab; behind --: options of bench steps.</summary>
internal abstract class LabMeasureVerb<TOptions> : Verb<TOptions>
    where TOptions : LabMeasureOptions, new()
{
    public override bool PassesOn => true;

    protected override ExitCode Run(TOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        LinkRate[] rates = [.. options.Rates.Split(',').Select(text => LinkRate.Read(text, "rates"))];
        var methods = ExchangeComposition.ReadList(options.Methods, "methods");
        StepBenchmark.Check(new StepBenchmarkOptions { Methods = options.Methods }, Components.Compose);
        _ = CommandParser.Parse(new BenchSteps(), [.. command.PassedOn]);
        var picture = Measure(options, rates, new LabMeasurement(methods, command.PassedOn, environment), environment.Screen.Output);
        if (options.Out.Length > 0)
        {
            PictureFiles.Write(picture, environment.FullPath(options.Out));
        }

        return ExitCode.Success;
    }

    /// <summary>Measures, prints row by row, and composes the picture.</summary>
    protected abstract Picture Measure(TOptions options, IReadOnlyList<LinkRate> rates, LabMeasurement measurement, TextWriter output);
}

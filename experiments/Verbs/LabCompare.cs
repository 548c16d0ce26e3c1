using System.Globalization;
using Compression.Benchmarks;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Recipes;

namespace Compression.Experiments.Verbs;

/// <summary>Seconds a step by method and rate, measured in the lab beside the prediction.</summary>
internal sealed class LabCompare : Verb
{
    private readonly OptionSchema _schema = OptionSchema.Of(typeof(LabCompareOptions));

    /// <inheritdoc/>
    public override string Name => "lab compare";

    /// <inheritdoc/>
    public override string Summary => "ms of the training step by method and rate, measured in the lab and predicted; behind --: options of bench steps";

    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options => [.. _schema.Options.Select(CommandOption.Of)];

    /// <inheritdoc/>
    public override bool PassesOn => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["lab compare --hosts 4 --rates 100mbit,1gbit --out lab.csv", "lab compare --methods 'none; sign via majority' -- --num_hid 650 --steps 30"];

    /// <inheritdoc/>
    public override ExitCode Run(ParsedCommand command, CommandEnvironment environment)
    {
        var options = (LabCompareOptions)_schema.Bind(command.Values, static name => $"--{name}");
        LinkRate[] rates = [.. options.Rates.Split(',').Select(text => LinkRate.Read(text, "rates"))];
        var methods = ExchangeComposition.ReadList(options.Methods, "methods");
        StepBenchmark.Check(new StepBenchmarkOptions { Methods = options.Methods }, Components.Compose);
        _ = CommandParser.Parse(new BenchSteps(), [.. command.PassedOn]);

        using var file = options.Out.Length > 0 ? new StreamWriter(environment.FullPath(options.Out)) : null;
        file?.WriteLine("rate,method,wire_bytes_per_step_per_worker,measured_ms,predicted_ms");
        var output = environment.Screen.Output;
        output.WriteLine("rate      method                                     bytes  measured ms  predicted ms    error");
        foreach (var row in new LabComparison(options.Hosts, methods, command.PassedOn, environment).Run(rates))
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Rate,-9} {row.Method,-35} {row.WireBytes,12:N0} {row.MeasuredMs,12:F1} {row.PredictedMs,13:F1} {100 * row.Error,6:F1} %"));
            output.Flush();
            file?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Rate},\"{row.Method}\",{row.WireBytes},{row.MeasuredMs},{row.PredictedMs}"));
            file?.Flush();
        }

        return ExitCode.Success;
    }
}

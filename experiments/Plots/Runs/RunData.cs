using Compression.Core.Reporting;

namespace Compression.Experiments.Plots.Runs;

/// <summary>What a run's folder holds, as far as it is there.</summary>
internal sealed record RunData
{
    /// <summary>The folder, as short as it is clear: below the folder that the user named.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of the folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The resolved options of config.json that have a value, by name.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>Whole rows of metrics.csv, by step.</summary>
    public required IReadOnlyList<MetricsRecord> Metrics { get; init; }

    /// <summary>Whole rows of evaluations.csv, by step.</summary>
    public required IReadOnlyList<EvaluationRecord> Evaluations { get; init; }

    /// <summary>summary.json; null while the run goes on, and where it was killed.</summary>
    public required RunSummary? Summary { get; init; }

    /// <summary>environment.json; null where it is missing.</summary>
    public required MachineFacts? Machine { get; init; }

    /// <summary>One line for each thing that is missing or damaged.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Workers simulated in one process; 0: real ranks.</summary>
    public int VirtualWorkers => int.TryParse(Option("virtual_workers"), out int count) ? count : 0;

    /// <summary>Workers, real or virtual.</summary>
    public int Workers => VirtualWorkers > 0 ? VirtualWorkers : int.TryParse(Option("num_workers"), out int count) ? count : 1;

    /// <summary>H: steps that each worker takes by itself before they exchange what they have come to.</summary>
    public long LocalSteps => long.TryParse(Option("local_steps"), out long steps) && steps > 0 ? steps : 1;

    /// <summary>Each worker has weights and an optimizer of its own: what they exchange is no gradient.</summary>
    public bool HasLocalWeights => LocalSteps > 1 || Option("outer_lr") is not ("" or "1") || Option("outer_momentum") is not ("" or "0");

    /// <summary>Its bytes went nowhere: the only worker had no peer. Runs that left no summary tell by their workers.</summary>
    public bool IsProjected => Summary is { Bytes.Projected: true } || Workers == 1;

    /// <summary>The run came to its own end.</summary>
    public bool IsFinished => Summary?.Status == "completed";

    /// <summary>Steps done, as far as the files tell.</summary>
    public long Steps => Math.Max(
        Summary?.Steps ?? 0, Math.Max(Metrics is [.., var metric] ? metric.Step : 0, Evaluations is [.., var evaluation] ? evaluation.Step : 0));

    /// <summary>All goes by the float32 ring all-reduce.</summary>
    public bool SendsAll => Option("resolved_compressor") is "dense+float32" && Option("resolved_exchange") is var exchange
        && (exchange is "auto" or "allreduce" or "allreduce(format=float32)" or "" || exchange.StartsWith("auto(", StringComparison.Ordinal));

    /// <summary>The float32 ring all-reduce of all gradients, in every step: what the others are compared with.</summary>
    public bool IsDense => SendsAll && !HasLocalWeights;

    /// <summary>How often the workers had exchanged after a step: once in every H steps, and after the last one of a run that came to its end.</summary>
    public long ExchangesBy(long step) => (step / LocalSteps) + (IsFinished && step >= Steps && step % LocalSteps != 0 ? 1 : 0);

    /// <summary>An option's text; empty where it has no value.</summary>
    public string Option(string name) => Options.GetValueOrDefault(name, "");
}

/// <summary>What environment.json says that pictures and reports show.</summary>
/// <param name="Processor">The processor as its maker calls it.</param>
/// <param name="Cores">Logical processors that the run may use.</param>
/// <param name="Threads">Threads a rank.</param>
/// <param name="Network">What connects the ranks: a lab's hosts and rate; null elsewhere.</param>
/// <param name="Data">Checksum by file, of the corpus.</param>
/// <param name="Text">The file as it is.</param>
internal sealed record MachineFacts(string Processor, int Cores, int Threads, string? Network, IReadOnlyDictionary<string, string> Data, string Text);

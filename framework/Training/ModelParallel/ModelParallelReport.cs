using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Compression.Core.Communication;
using Compression.Core.Reporting;
using Compression.Training.Sessions;

namespace Compression.Training.ModelParallel;

/// <summary>How busy the stages were, and how busy they could have been.</summary>
public sealed record ModelParallelReport
{
    /// <summary>Name of the file in the run's folder.</summary>
    public const string FileName = "pipeline.json";

    /// <summary>Name of the timeline in the run's folder, in Chrome's trace format.</summary>
    public const string TimelineName = "timeline.json";

    /// <summary>The schedule.</summary>
    public required string Schedule { get; init; }

    /// <summary>The stage of each layer.</summary>
    public required string Placement { get; init; }

    /// <summary>Stages of a replica.</summary>
    public required int Stages { get; init; }

    /// <summary>Replicas.</summary>
    public required int Replicas { get; init; }

    /// <summary>Steps that the figures are of.</summary>
    public required long Steps { get; init; }

    /// <summary>Share of the stages' time in which they neither computed forward nor backward; null where one process computes all in turn, and of a run of no step.</summary>
    public required double? Bubble { get; init; }

    /// <summary>The same if all stages cost the same, a backward pass twice a forward pass, and messages nothing: (S−1)/(m+S−1) for m equal units.</summary>
    public required double BubbleInTheory { get; init; }

    /// <summary>The same with the costs that the stages have, messages free.</summary>
    public required double BubbleOfPlacement { get; init; }

    /// <summary>By replica and stage.</summary>
    public required ImmutableArray<StageFigures> PerStage { get; init; }

    /// <summary>The recorded timeline.</summary>
    [JsonIgnore]
    public ImmutableArray<StageEvent> Events { get; init; } = [];

    /// <summary>Collects the figures of all ranks; all of them call it.</summary>
    /// <returns>Null on all but the first.</returns>
    internal static ModelParallelReport? Gather(ModelParallelOptions options, ModelParallelWorld world, StagePlacement placement, ModelParallelLearner model)
    {
        long memory = PeakMemory.Read();
        double[] own = [.. model.Runners.SelectMany(runner => FiguresOf(runner, model, memory))];
        StageEvent[] ownEvents = [.. model.Runners.SelectMany(runner => runner.Clock.Events)];
        GatheredPayloads figures = new(), events = new();
        world.World.AllGather(MemoryMarshal.AsBytes<double>(own), figures);
        world.World.AllGather(MemoryMarshal.AsBytes<StageEvent>(ownEvents), events);
        if (world.World.Rank > 0)
        {
            return null;
        }

        ImmutableArray<StageFigures> perStage = [.. MemoryMarshal.Cast<byte, double>(figures.All).ToArray().Chunk(FieldCount).Select(Read)];
        bool hasBubble = !model.TakesTurns && perStage.Sum(one => one.StepSeconds) > 0;
        return new ModelParallelReport
        {
            Schedule = options.Schedule,
            Placement = placement.ToString(),
            Stages = world.Stages,
            Replicas = options.GradientWorkers,
            Steps = model.Shapes.Values.Sum(),
            Bubble = hasBubble ? 1 - (perStage.Sum(one => one.ForwardSeconds + one.BackwardSeconds) / perStage.Sum(one => one.StepSeconds)) : null,
            BubbleInTheory = Simulate(options, world.Stages, model, static (_, action) => action.IsForward ? 1 : 2),
            BubbleOfPlacement = Simulate(options, world.Stages, model, (stage, action) => CostOf(perStage[stage], action)),
            PerStage = perStage,
            Events = [.. MemoryMarshal.Cast<byte, StageEvent>(events.All).ToArray()],
        };
    }

    /// <summary>Writes <see cref="FileName"/>, and <see cref="TimelineName"/> where steps were recorded.</summary>
    public void Write(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, ModelParallelReportJson.Default.ModelParallelReport));
        if (Events.Length > 0)
        {
            ChromeTrace.Write(Path.Combine(folder, TimelineName), Events);
        }
    }

    /// <summary>For people.</summary>
    public IEnumerable<string> Lines()
    {
        var culture = CultureInfo.InvariantCulture;
        string measured = Bubble is { } bubble ? string.Create(culture, $"{100 * bubble:F1} % measured") : "not measured";
        yield return string.Create(
            culture,
            $"pipeline: {Schedule}, {Stages} {Plural.Of(Stages, "stage")} x {Replicas} {Plural.Of(Replicas, "replica")}; bubble {measured}, {100 * BubbleOfPlacement:F1} % with these stages' costs, {100 * BubbleInTheory:F1} % with equal stages");
        foreach (var one in PerStage)
        {
            yield return string.Create(
                culture,
                $"  replica {one.Replica} stage {one.Stage}: {one.Layers} {Plural.Of(one.Layers, "layer")}, {one.Parameters:N0} {Plural.Of(one.Parameters, "parameter")}, {one.PeakMemoryBytes / (1 << 20):F0} MiB; forward {one.ForwardSeconds:F1}s, backward {one.BackwardSeconds:F1}s, wait {one.WaitSeconds:F1}s, send {one.SendSeconds:F1}s of {one.StepSeconds:F1}s; sent {one.ActivationBytes / 1e6:F1} MB of activations, {one.GradientBytes / 1e6:F1} MB of gradients");
        }
    }

    private const int FieldCount = 13;

    private static double[] FiguresOf(StageRunner runner, ModelParallelLearner model, long memory)
    {
        var clock = runner.Clock;
        var range = runner.Stage.Range;
        return
        [
            range.Stage, clock.Replica, range.Layers, model.ParametersOf(range),
            clock.Seconds(StageActivity.Forward), clock.Seconds(StageActivity.Backward), clock.Seconds(StageActivity.Send), clock.Seconds(StageActivity.Wait),
            model.Seconds, clock.Positions(StageActivity.Forward), runner.Link.ActivationBytes, runner.Link.GradientBytes, memory,
        ];
    }

    private static StageFigures Read(double[] fields) => new()
    {
        Stage = (int)fields[0],
        Replica = (int)fields[1],
        Layers = (int)fields[2],
        Parameters = (long)fields[3],
        ForwardSeconds = fields[4],
        BackwardSeconds = fields[5],
        SendSeconds = fields[6],
        WaitSeconds = fields[7],
        StepSeconds = fields[8],
        Positions = fields[9],
        ActivationBytes = fields[10],
        GradientBytes = fields[11],
        PeakMemoryBytes = fields[12],
    };

    private static double CostOf(StageFigures figures, StageAction action) =>
        (action.IsForward ? figures.ForwardSeconds : figures.BackwardSeconds) / Math.Max(1, figures.Positions);

    // Over the steps that were done: a unit costs as much as it has positions.
    private static double Simulate(ModelParallelOptions options, int stages, ModelParallelLearner model, Func<int, StageAction, double> costOfPosition)
    {
        double busy = 0, span = 0;
        foreach (var ((steps, columns), count) in model.Shapes)
        {
            var units = StageUnit.Cut(options.Order, steps, columns, options.TimeBlock, options.MicroBatches);
            var events = StageSimulation.Play(
                StepOrder.Of(options.Order, stages, units.Length).OfStage,
                (stage, action) => units[action.Unit].Positions * costOfPosition(stage, action));
            busy += count * events.Sum(moment => moment.End - moment.Start);
            span += count * stages * events.Max(moment => moment.End);
        }

        return span == 0 ? 0 : 1 - (busy / span);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ModelParallelReport))]
internal sealed partial class ModelParallelReportJson : JsonSerializerContext;

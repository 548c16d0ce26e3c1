using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Training.Sessions;

namespace Compression.Training.Lm1b;

/// <summary>Times steps with so many pieces a server, for <see cref="PartitionSearch"/>: each in a short run of its own that leaves nothing behind.</summary>
internal static class PartitionTimer
{
    // As published: the first steps find memory and fill caches.
    private const int StepsBefore = 50;
    private const int Steps = 50;

    /// <summary>Mean seconds of a step, the same on all ranks; a collective.</summary>
    public static double Measure(Lm1bOptions options, Lm1bCorpus corpus, CompressionPlan rows, TrainingContext context, int pieces)
    {
        using var clock = new StepClock();
        var trial = options with
        {
            NumVariableShards = pieces,
            MaxSteps = StepsBefore + Steps,
            LogInterval = StepsBefore,
            EvalNPerEpoch = 0,
            SaveNCkptsPerEpoch = -1,
            CheckpointEvery = 0,
            CheckpointEachEpoch = false,
        };
        using var session = new TrainingSession(trial, context with { Logger = clock }, (group, team) =>
            new Lm1bTask(trial, corpus, new Lm1bLearner(trial, corpus, context.Peers, group, rows, team, context.Device), context with { Logger = clock }));
        session.Run();
        Span<double> slowest = [clock.SecondsBetweenRows / Steps];
        context.Communicator.AllReduce(slowest, ReduceOperation.Max);
        return slowest[0];
    }

    // Takes the time between the last two rows of metrics.
    private sealed class StepClock : IRunLogger
    {
        private double _before;
        private double _last;

        public double SecondsBetweenRows => _last - _before;

        public void LogMetrics(MetricsRecord metrics) => (_before, _last) = (_last, metrics.SecondsTotal);
    }
}

using System.Collections.Concurrent;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Kernels;
using Compression.Training.Data;
using Compression.Training.ModelParallel;
using Compression.Training.ModelParallel.Buckets;
using Compression.Training.Sessions;
using Compression.Training.Tests.Ptb;

namespace Compression.Training.Tests.ModelParallel;

/// <summary>Runs pipelines in this process.</summary>
internal static class ModelParallelRuns
{
    /// <summary>A model small enough for tests, of as many layers as the most stages.</summary>
    public static ModelParallelOptions Tiny { get; } = new()
    {
        EmbSize = 10, NumHid = 12, NumLayers = 4, Dropout = 0, InitRange = 0.4, Buckets = "4,9,20", BatchSize = 6, TimeBlock = 3, MicroBatches = 4,
        NumRound = 2, MaxSteps = 20, Lr = 0.3, LogInterval = 1, Threads = 1, Stages = 1, TimelineSteps = 0,
    };

    /// <summary>A small text of a known source.</summary>
    public static Corpus Text { get; } = SampleCorpus.Load(new SampleCorpusOptions { TrainTokens = 6000, ValidTokens = 400, TestTokens = 400 });

    /// <summary>A model whose stages take turns, without a trainer.</summary>
    public static ModelParallelLearner Model(ModelParallelOptions options, WorkerGroup group, ICommunicator alone)
    {
        var text = new SentenceText(Text.Train, Text.Vocabulary, options.SentenceEnd);
        var plan = new BucketPlan(ModelParallelTask.Buckets(text, options, keepAll: false), options.BatchSize, group.Total);
        var placement = options.Placement == StagePlacement.Evenly
            ? StagePlacement.Even(options.NumLayers, options.Stages)
            : StagePlacement.Parse(options.Placement, options.NumLayers, options.Stages);
        return new ModelParallelLearner(
            options, options.ModelFor(Text.Vocabulary.Count), new ModelParallelWorld(alone, options.Stages), placement, plan, group, ThreadTeam.Single);
    }

    /// <summary>Trains as one process.</summary>
    public static RecordingLogger Train(ModelParallelOptions options, string folder = "", RecordingLogger? logger = null)
    {
        using var alone = new LocalCommunicator();
        return Train(options, alone, folder, logger ?? new RecordingLogger());
    }

    /// <summary>Trains on as many ranks as options say, which take turns; the first one's log.</summary>
    public static RecordingLogger TrainRanks(ModelParallelOptions options, string folder = "")
    {
        using var cluster = new InProcessCluster(options.NumWorkers);
        var logs = new ConcurrentDictionary<int, RecordingLogger>();
        cluster.Run(communicator => logs[communicator.Rank] = Train(options, communicator, folder, new RecordingLogger()));
        return logs[0];
    }

    private static RecordingLogger Train(ModelParallelOptions options, ICommunicator communicator, string folder, RecordingLogger logger)
    {
        using var temporary = folder.Length == 0 ? new TemporaryFolder() : null;
        var plan = new CompressionComposer(Methods.All).Compose(new CompressionRequest(
            options.Compressor, options.Memory, options.Exchange, options.MinSlotSize, new Dictionary<string, string>()));
        ModelParallelTrainer.Check(options, plan, Text);
        ModelParallelTrainer.Train(options, Text, new TrainingContext(communicator, logger, plan, temporary?.Path ?? folder, TimeProvider.System, CancellationToken.None));
        return logger;
    }
}

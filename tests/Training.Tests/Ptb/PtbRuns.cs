using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Training.Data;
using Compression.Training.Ptb;
using Compression.Training.Sessions;

namespace Compression.Training.Tests.Ptb;

/// <summary>Runs the trainer as the executable does, in this process.</summary>
internal static class PtbRuns
{
    /// <summary>A model small enough for tests.</summary>
    public static PtbOptions Tiny { get; } = new()
    {
        EmbSize = 12, NumHid = 10, NumLayers = 2, Dropout = 0.2, Bptt = 7, BatchSize = 4, EvalBatchSize = 4, TestBatchSize = 4,
        Epochs = 2, MaxSteps = 30, InitLr = 5, LogInterval = 1, Threads = 1,
    };

    /// <summary>A small text of a known source.</summary>
    public static Corpus Text { get; } = SampleCorpus.Load(new SampleCorpusOptions { TrainTokens = 6000, ValidTokens = 800, TestTokens = 900 });

    public static CompressionPlan Compose(PtbOptions options, params (string Flag, string Value)[] flags) => new CompressionComposer(Methods.All).Compose(
        new CompressionRequest(options.Compressor, options.Memory, options.Exchange, options.MinSlotSize, flags.ToDictionary(f => f.Flag, f => f.Value)));

    public static RecordingLogger Train(
        PtbOptions options, Corpus corpus, string folder = "", ICommunicator? communicator = null, RecordingLogger? logger = null,
        CancellationToken stop = default)
    {
        logger ??= new RecordingLogger();
        using var local = new LocalCommunicator();
        var context = new TrainingContext(communicator ?? local, logger, Compose(options), folder, TimeProvider.System, stop);
        PtbTrainer.Train(options, corpus, context);
        return logger;
    }
}

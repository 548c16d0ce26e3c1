using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Training.Data;
using Compression.Training.Sessions;
using Compression.Training.Tests.Ptb;
using Compression.Training.TransformerXl;

namespace Compression.Training.Tests.TransformerXl;

/// <summary>A model and a text small enough for tests.</summary>
internal static class Tiny
{
    public static TransformerXlOptions Options { get; } = new()
    {
        NLayer = 2, NHead = 2, DHead = 4, DModel = 8, DInner = 12, Dropout = 0.1, Dropatt = 0.1, TgtLen = 5, MemLen = 4, EvalTgtLen = 5, BatchSize = 4,
        EvalBatchSize = 4, Lr = 0.01, MaxStep = 30, EvalInterval = 10, LogInterval = 1, Threads = 1, InitStd = 0.2,
    };

    public static Corpus Text { get; } = SampleCorpus.Load(new SampleCorpusOptions { TrainTokens = 600, ValidTokens = 300, TestTokens = 300 });

    public static CompressionPlan Compose(TransformerXlOptions options) => new CompressionComposer(Methods.All).Compose(
        new CompressionRequest(options.Compressor, options.Memory, options.Exchange, options.MinSlotSize, new Dictionary<string, string>()) { SlotOverrides = options.Slot });


    public static RecordingLogger Train(
        TransformerXlOptions options, string folder = "", RecordingLogger? logger = null, Corpus? corpus = null, CancellationToken stop = default)
    {
        logger ??= new RecordingLogger();
        using var local = new LocalCommunicator();
        var context = new TrainingContext(local, logger, Compose(options), folder, TimeProvider.System, stop);
        TransformerXlTrainer.Train(options, corpus ?? Text, context);
        return logger;
    }
}

using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Training.Lm1b;
using Compression.Training.Sessions;
using Compression.Training.Tests.Ptb;

namespace Compression.Training.Tests.Lm1b;

/// <summary>Runs the trainer as the executable does, in this process.</summary>
internal static class Lm1bRuns
{
    public static Lm1bOptions Tiny { get; } = new()
    {
        Hpconfig = "vocab_size=50,batch_size=4,num_steps=5,emb_size=7,state_size=9,projected_size=6,num_sampled=20,num_shards=4",
        MaxSteps = 8, LogInterval = 1, Threads = 1, NumVariableShards = 3,
    };

    public static CompressionPlan Compose(string compressor, string exchange = "auto") => new CompressionComposer(Methods.All).Compose(
        new CompressionRequest(compressor, "auto", exchange, MinSlotSize: 0, new Dictionary<string, string>()));

    public static RecordingLogger Train(Lm1bOptions options, Lm1bCorpus corpus, string folder = "", RecordingLogger? logger = null)
    {
        logger ??= new RecordingLogger();
        using var local = new LocalCommunicator();
        var pipeline = Compose(options.Compressor, options.Way == RunOption.Ps ? "ps" : "auto");
        var rows = Compose(options.RowCompressor);
        Lm1bTrainer.Check(options, pipeline, rows, Math.Max(1, options.VirtualWorkers), corpus);
        var context = new TrainingContext(local, logger, pipeline, folder, TimeProvider.System, CancellationToken.None);
        Lm1bTrainer.Train(options, corpus, rows, context, static _ => { });
        return logger;
    }
}

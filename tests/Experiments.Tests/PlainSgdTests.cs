using Compression.Training.Lm1b;
using Compression.Training.ModelParallel;
using Compression.Training.Optimizers;
using Compression.Training.Ptb;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl;

namespace Compression.Experiments.Tests;

/// <summary>Each trainer says whether its steps are the rate times the average, on which a residual that is counted in steps rests.</summary>
public sealed class PlainSgdTests
{
    [Fact]
    public void Sgd_without_momentum_alone_is_plain()
    {
        (TrainerOptions Options, bool IsPlain)[] trainers =
        [
            (new PtbOptions(), true),
            (new PtbOptions { WeightDecay = 0.1 }, true),
            (new PtbOptions { Momentum = 0.9 }, false),
            (new PtbOptions { Optim = "adamw" }, false),
            (new PtbOptions { Update = UpdateRule.Sign }, false),
            (new ModelParallelOptions(), true),
            (new Lm1bOptions(), false),
            (new TransformerXlOptions { Optim = "sgd" }, true),
            (new TransformerXlOptions { Optim = "sgd", Mom = 0.9 }, false),
            (new TransformerXlOptions { Optim = "adam" }, false),
            (new TransformerXlOptions { Optim = "adamw" }, false),
            (new TransformerXlOptions { Optim = "adagrad" }, false),
            (new TransformerXlOptions { Optim = "lamb" }, false),
        ];
        Assert.All(trainers, trainer => Assert.Equal(trainer.IsPlain, trainer.Options.IsPlainSgd));
    }
}

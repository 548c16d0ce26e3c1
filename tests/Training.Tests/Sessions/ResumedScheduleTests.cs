using System.Globalization;
using Compression.Training.Tests.Lm1b;
using Compression.Training.Tests.ModelParallel;
using Compression.Training.Tests.Ptb;
using Compression.Training.Tests.TransformerXl;
using Compression.Training.TransformerXl;

namespace Compression.Training.Tests.Sessions;

/// <summary>A run that goes on with a longer plan either ends as one that was planned so from its start, or says where its rate jumps.</summary>
[Seeded]
public sealed class ResumedScheduleTests : IDisposable
{
    private const int Short = 20, Long = 40;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, TransformerXlOptions, TransformerXlOptions, bool> Plans
    {
        get
        {
            var tiny = Tiny.Options with { Optim = "sgd", Lr = 0.1, MaxStep = Short, CheckpointEvery = Short / 2, Dropout = 0, Dropatt = 0 };
            var tokens = tiny with { MaxTokens = Short * 20 };
            return new TheoryData<string, TransformerXlOptions, TransformerXlOptions, bool>
            {
                { "cosine by steps", tiny, tiny with { MaxStep = Long }, true },
                { "cosine by tokens", tokens, tokens with { MaxTokens = Long * 20 }, true },
                { "cosine within its warm-up", tiny with { WarmupStep = 15 }, tiny with { WarmupStep = 15, MaxStep = Long }, false },
                { "constant", tiny with { Scheduler = "constant" }, tiny with { Scheduler = "constant", MaxStep = Long }, false },
                { "inverse root", tiny with { Scheduler = "inv_sqrt" }, tiny with { Scheduler = "inv_sqrt", MaxStep = Long }, false },
                { "by evaluations", tiny with { Scheduler = "dev_perf", EvalInterval = 3 }, tiny with { Scheduler = "dev_perf", EvalInterval = 3, MaxStep = Long }, false },
                { "no change", tiny, tiny, false },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Transformer_XL(string what, TransformerXlOptions planned, TransformerXlOptions then, bool jumps)
    {
        Assert.NotEmpty(what);
        var first = Tiny.Train(planned, _folder["first"]);
        var resumed = Tiny.Train(then with { Resume = Path.Combine(_folder["first"], "checkpoints", $"step-{Short / 2:D6}") }, _folder["resumed"]);
        Assert.Equal(jumps, first.Metrics[Short / 2].LearningRate != resumed.Metrics[0].LearningRate);
        if (!jumps)
        {
            Assert.Empty(resumed.Warnings);
            Assert.Equal(Tiny.Train(then, _folder["whole"]).Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
            return;
        }

        string warning = Assert.Single(resumed.Warnings);
        string Rate(RecordingLogger run, int row) => run.Metrics[row].LearningRate.ToString("G4", CultureInfo.InvariantCulture);
        Assert.Contains($"Step {(Short / 2) + 1}: the learning rate is {Rate(resumed, 0)}, and was to be {Rate(first, Short / 2)} ", warning, StringComparison.Ordinal);
        Assert.Contains(then.MaxTokens > 0 ? "--max_tokens" : "--max_step", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_cosine_that_goes_on_says_so_too()
    {
        var options = Tiny.Options with { MaxStep = Short, CheckpointEvery = Short };
        Tiny.Train(options, _folder["first"]);
        var resumed = Tiny.Train(options with { MaxStep = Long, Resume = Path.Combine(_folder["first"], "checkpoints", $"step-{Short:D6}") }, _folder["resumed"]);
        Assert.Contains("was to be 0 when", Assert.Single(resumed.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    public void The_rates_of_the_PTB_LSTM_know_no_length(double decay)
    {
        var options = PtbRuns.Tiny with { LrDecay = decay, MaxSteps = 230, CheckpointEvery = 220, Epochs = 2 };
        PtbRuns.Train(options, PtbRuns.Text, _folder["first"]);
        var longer = options with { MaxSteps = 440, Epochs = 3 };
        var resumed = PtbRuns.Train(longer with { Resume = Path.Combine(_folder["first"], "checkpoints", "step-000220") }, PtbRuns.Text, _folder["resumed"]);
        Assert.Empty(resumed.Warnings);
        Assert.Equal(PtbRuns.Train(longer, PtbRuns.Text, _folder["whole"]).Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
    }

    [Fact]
    public void Neither_do_those_of_the_model_parallel_LSTM()
    {
        var options = ModelParallelRuns.Tiny with { MaxSteps = 10, CheckpointEvery = 10 };
        ModelParallelRuns.Train(options, _folder["first"]);
        var longer = options with { MaxSteps = 30, NumRound = 3 };
        var resumed = ModelParallelRuns.Train(longer with { Resume = Path.Combine(_folder["first"], "checkpoints", "step-000010") }, _folder["resumed"]);
        Assert.Empty(resumed.Warnings);
        Assert.Equal(ModelParallelRuns.Train(longer, _folder["whole"]).Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
    }

    [Fact]
    public void Nor_that_of_the_LM_1B_LSTM()
    {
        using var text = new EasyText(vocabulary: 50);
        var options = Lm1bRuns.Tiny with { MaxSteps = 4, CheckpointEvery = 4 };
        Lm1bRuns.Train(options, text.Corpus, _folder["first"]);
        var longer = options with { MaxSteps = 10 };
        var resumed = Lm1bRuns.Train(longer with { Resume = Path.Combine(_folder["first"], "checkpoints", "step-000004") }, text.Corpus, _folder["resumed"]);
        Assert.Empty(resumed.Warnings);
        Assert.Equal(Lm1bRuns.Train(longer, text.Corpus, _folder["whole"]).Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
    }

    public void Dispose() => _folder.Dispose();
}

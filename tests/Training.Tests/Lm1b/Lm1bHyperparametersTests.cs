using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Training.Lm1b;

namespace Compression.Training.Tests.Lm1b;

[Seeded]
public sealed class Lm1bHyperparametersTests
{
    [Fact]
    public void Nothing_said_gives_the_published_values()
    {
        var expected = new Lm1bHyperparameters
        {
            BatchSize = 128, NumSteps = 20, NumShards = 8, NumLayers = 1, LearningRate = 0.2, MaxGradNorm = 10, KeepProb = 0.9, VocabSize = 793470, EmbSize = 512,
            StateSize = 2048, ProjectedSize = 512, NumSampled = 8192, AverageParams = true, NumDelayedSteps = 150,
        };
        Assert.Equal(expected, Lm1bHyperparameters.Parse(""));
        Assert.Equal(expected, new Lm1bHyperparameters());
    }

    [Fact]
    public void Every_key_sets_its_value()
    {
        var expected = new Lm1bHyperparameters
        {
            BatchSize = 1, NumSteps = 2, NumShards = 3, NumLayers = 4, LearningRate = 0.05, MaxGradNorm = 1e2, KeepProb = 1, VocabSize = 1000, EmbSize = 7,
            StateSize = 8, ProjectedSize = 9, NumSampled = 1000, AverageParams = false, NumDelayedSteps = 0,
        };
        const string Text = "batch_size=1,num_steps=2,num_shards=3,num_layers=4,learning_rate=0.05,max_grad_norm=1e2,keep_prob=1.0,vocab_size=1000,emb_size=7,"
            + "state_size=8,projected_size=9,num_sampled=1000,average_params=False,num_delayed_steps=0";
        Assert.Equal(expected, Lm1bHyperparameters.Parse(Text));
        Assert.Equal(expected, Lm1bHyperparameters.Parse(string.Join(" , ", Text.Split(',').Reverse())));
        var keys = Text.Split(',').Select(pair => pair.Split('=')[0]);
        Assert.Equal(OptionSchema.Of(typeof(Lm1bHyperparameters)).Options.Select(option => option.Name).Order(), keys.Order());
    }

    [Theory]
    [InlineData("True", true)]
    [InlineData("true", true)]
    [InlineData("False", false)]
    [InlineData("false", false)]
    public void Truth_is_written_as_in_python_or_here(string text, bool value) => Assert.Equal(value, Lm1bHyperparameters.Parse($"average_params={text}").AverageParams);

    [Theory]
    [InlineData("batch_sise=3", "batch_sise", "batch_size")]
    [InlineData("batch_size", "'batch_size'", "key=value")]
    [InlineData("=3", "'=3'", "key=value")]
    [InlineData("batch_size=3,", "''", "key=value")]
    [InlineData("batch_size=3,batch_size=3", "batch_size", "twice")]
    [InlineData("batch_size=", "batch_size", "whole number")]
    [InlineData("batch_size=many", "batch_size", "many")]
    [InlineData("batch_size=2.5", "batch_size", "whole number")]
    [InlineData("batch_size=0", "batch_size", "nearest is 1")]
    [InlineData("learning_rate=0", "learning_rate", "above 0")]
    [InlineData("learning_rate=nan", "learning_rate", "number")]
    [InlineData("learning_rate=inf", "learning_rate", "number")]
    [InlineData("max_grad_norm=-1", "max_grad_norm", "nearest is 0")]
    [InlineData("keep_prob=1.5", "keep_prob", "nearest is 1")]
    [InlineData("keep_prob=0", "keep_prob", "above 0")]
    [InlineData("average_params=maybe", "average_params", "true|false")]
    [InlineData("vocab_size=1000", "num_sampled 8192", "1000")]
    [InlineData("num_sampled=99999999999", "num_sampled", "nearest")]
    public void What_cannot_be_read_names_its_key(string text, params string[] parts) =>
        UserErrors.Expect(ExitCode.Usage, () => Lm1bHyperparameters.Parse(text), ["--hpconfig", .. parts]);
}

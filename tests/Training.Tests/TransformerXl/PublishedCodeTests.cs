using Compression.Training.Parameters;

using static Compression.Training.Tests.TensorValues;
using static TorchSharp.torch;

namespace Compression.Training.Tests.TransformerXl;

/// <summary>Three consecutive segments against the published PyTorch code: losses, memories, gradients, to 1e-4.</summary>
[Seeded]
public sealed class PublishedCodeTests
{
    [Theory]
    [InlineData("plain", true)]
    [InlineData("plain", false)]
    [InlineData("absolute_attn2", true)]
    [InlineData("adaptive_div1", true)]
    [InlineData("adaptive_div1", false)]
    [InlineData("prenorm_samelength", true)]
    public void Losses_memories_and_gradients_are_those_of_the_published_code(string name, bool intoFlatStorage)
    {
        using var scope = NewDisposeScope();
        using var fixture = new Fixture(name);
        using var model = fixture.Model();
        Assert.Equal(fixture.ParameterCount, fixture.Shape.ParameterCount());
        Assert.Equal(fixture.Shape.Layout().Slots.Select(slot => slot.Name), model.named_parameters().Select(named => named.name));
        using var storage = intoFlatStorage ? new FlatModel(model) : null;
        storage?.ZeroGradients();
        model.train();
        using var memory = model.NewMemory(fixture.MemoryLength);
        double total = 0;
        for (int segment = 0; segment < 3; segment++)
        {
            var (mean, each) = model.Loss(fixture.Read($"segment{segment}.input"), fixture.Read($"segment{segment}.target").flatten(), memory);
            mean.backward();
            total += mean.item<float>();
            AssertClose(fixture.Read($"segment{segment}.loss").flatten(), each, 1e-4, $"loss of segment {segment}");
            for (int state = 0; fixture.Holds($"segment{segment}.mems.{state}"); state++)
            {
                AssertClose(fixture.Read($"segment{segment}.mems.{state}"), memory[state]!, 1e-4, $"memory {state} after segment {segment}");
            }
        }

        Assert.Equal(fixture.Read("total_loss").item<float>(), total, 1e-4 * total);
        foreach (var (parameter, values) in model.named_parameters())
        {
            AssertClose(fixture.Read($"grads.{parameter}"), values.grad!, 1e-4, $"gradient of {parameter}");
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("adaptive_div1")]
    public void Probabilities_of_all_words_agree_with_the_loss(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = new Fixture(name);
        using var model = fixture.Model();
        model.eval();
        var input = fixture.Read("segment0.input");
        using var memory = model.NewMemory(0);
        var next = model.NextWord(input, memory);
        Assert.Equal([3, 29], next.shape);
        AssertClose(ones(3), next.exp().sum(1), 1e-4, "sum of the probabilities");
        var expected = fixture.Read("segment0.loss").select(0, 4);
        AssertClose(expected, -next.gather(1, fixture.Read("segment0.target").select(0, 4).unsqueeze(1)).squeeze(1), 1e-4, "probability of the targets");
    }
}

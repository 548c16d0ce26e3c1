using Compression.Training.Parameters;
using Compression.Training.Ptb;
using Compression.Training.Recurrent;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Ptb;

/// <summary>The language model with each recurrent layer against the same of libtorch's own layers: losses, every gradient, sums of nats.</summary>
[Seeded]
public sealed class LanguageModelTests
{
    private const int V = 13, B = 3, Batches = 3;

    public static TheoryData<string, int, int, bool> Models => new()
    {
        { "lstm", 1, 1, false },
        { "lstm", 3, 8, false },
        { "lstm", 2, 5, true },
        { "gru", 1, 1, false },
        { "gru", 3, 8, false },
        { "gru", 2, 5, true },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Losses_and_gradients_are_those_of_libtorchs_layers_over_batches_that_carry_the_state_on(string model, int layers, int steps, bool tied)
    {
        using var scope = NewDisposeScope();
        manual_seed(layers + steps);
        var options = new PtbOptions { Model = model, EmbSize = tied ? 7 : 6, NumHid = 7, NumLayers = layers, Dropout = 0, Tied = tied };
        using var module = new LanguageModel(options.ModelFor(V));
        module.Initialize(0.5);
        using var plain = new PlainLanguageModel(model, V, options.EmbSize, options.NumHid, layers, tied);
        var parameters = module.named_parameters().ToDictionary(one => one.name, one => one.parameter);
        using (no_grad())
        {
            foreach (var (name, parameter) in plain.Trained)
            {
                parameter.copy_(parameters[name]);
            }
        }

        using var flat = new FlatModel(module);
        using RecurrentState ours = module.Begin(B, CPU), evaluated = module.Begin(B, CPU);
        var theirs = (H: zeros(layers, B, options.NumHid), C: zeros(layers, B, options.NumHid));
        for (int batch = 0; batch < Batches; batch++)
        {
            var ids = randint(V, [steps + 1, B], ScalarType.Int64);
            Tensor input = ids.narrow(0, 0, steps), target = ids.narrow(0, 1, steps).flatten();
            flat.ZeroGradients();
            plain.zero_grad();
            var loss = module.Loss(input, target, ours);
            loss.backward();
            (var logits, theirs) = plain.Forward(input, theirs);
            var expected = nn.functional.cross_entropy(logits, target);
            expected.backward();
            Assert.Equal(expected.item<float>(), loss.item<float>(), 1e-5f);
            using (no_grad())
            {
                Assert.Equal(loss.item<float>() * steps * B, module.SumOfNats(input, target, evaluated), 1e-3);
            }

            Assert.All(plain.Trained, one => Close(one.Parameter.grad!, parameters[one.Name].grad!, $"{one.Name} in batch {batch}"));
            for (int layer = 0; layer < layers; layer++)
            {
                Close(theirs.H[layer], ours[layer][0], $"state of layer {layer} after batch {batch}");
            }
        }
    }

    private static void Close(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        float scale = Math.Max(expected.abs().max().item<float>(), 1e-3f), error = (expected - actual).abs().max().item<float>() / scale;
        Assert.True(error <= 2e-5f, $"{what}: relative error {error}");
    }
}

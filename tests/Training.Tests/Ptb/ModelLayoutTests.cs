using Compression.Training.Parameters;
using Compression.Training.Ptb;
using Compression.Training.Recurrent;

namespace Compression.Training.Tests.Ptb;

[Seeded]
public sealed class ModelLayoutTests
{
    [Theory]
    [InlineData("lstm", 1, false)]
    [InlineData("lstm", 3, false)]
    [InlineData("lstm", 2, true)]
    [InlineData("gru", 3, false)]
    [InlineData("gru", 2, true)]
    public void The_layout_that_is_known_beforehand_is_that_of_the_model(string model, int layers, bool tied)
    {
        var options = new RecurrentModelOptions(Vocabulary: 11, EmbeddingSize: tied ? 6 : 5, HiddenSize: 6, layers, Dropout: 0, tied) { Layer = RecurrentLayers.Find(model) };
        using var module = new LanguageModel(options);
        using var flat = new FlatModel(module);
        var actual = flat.Bucket.Layout.Slots.Select(slot => (slot.Name, string.Join('x', slot.Shape)));
        Assert.Equal(actual, options.Layout().Slots.Select(slot => (slot.Name, string.Join('x', slot.Shape))));
    }
}

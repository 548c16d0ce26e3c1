using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>The same seed gives the same numbers, and a saved state goes on where it was.</summary>
public sealed class RandomTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Seeds_reproduce()
    {
        manual_seed(7);
        float[] first = Draw();
        manual_seed(7);
        Assert.Equal(first, Draw());
        manual_seed(8);
        Assert.NotEqual(first, Draw());
        Assert.Equal(8, random.initial_seed());
    }

    [Fact]
    public void A_state_goes_on_where_it_was_saved()
    {
        manual_seed(7);
        _ = Draw();
        Tensor state = random.get_rng_state();
        float[] next = Draw();
        random.set_rng_state(state);
        Assert.Equal(next, Draw());
    }

    [Fact]
    public void A_generator_of_ones_own_leaves_the_default_alone()
    {
        manual_seed(7);
        float[] expected = Values.Floats(rand(3));
        manual_seed(7);
        using var own = new Generator(1);
        float[] a = Values.Floats(randn([4], generator: own));
        own.manual_seed(1);
        Assert.Equal(a, Values.Floats(randn([4], generator: own)));
        Assert.Equal(expected, Values.Floats(rand(3)));
    }

    [Fact]
    public void Numbers_keep_their_distributions()
    {
        manual_seed(3);
        Assert.InRange(rand(10_000).mean().item<float>(), 0.48f, 0.52f);
        Assert.InRange(randn(10_000).var().item<float>(), 0.95f, 1.05f);
        Tensor dice = randint(1, 7, [10_000]);
        Assert.Equal(ScalarType.Int64, dice.dtype);
        Assert.Equal((1, 6), (dice.min().item<long>(), dice.max().item<long>()));
        Assert.InRange(empty(10_000).uniform_(-2, 4).mean().item<float>(), 0.9f, 1.1f);
        Assert.InRange(zeros(10_000).bernoulli_(0.3).mean().item<float>(), 0.27f, 0.33f);
        Assert.All(Values.Longs(multinomial(tensor(new[] { 0f, 1, 0 }), 5, replacement: true)), drawn => Assert.Equal(1, drawn));
    }

    private static float[] Draw() => [.. Values.Floats(rand(3)), .. Values.Floats(randn(3)), .. Values.Floats(nn.functional.dropout(ones(8)))];
}

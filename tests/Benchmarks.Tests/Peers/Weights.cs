using System.Runtime.InteropServices;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Tests.Peers;

/// <summary>Weights of our models beside those of their peers.</summary>
internal static class Weights
{
    /// <summary>Gives a peer our weights; every parameter of either side must have its partner.</summary>
    /// <param name="ours">Read.</param>
    /// <param name="peer">Written.</param>
    /// <param name="rename">From our name to the peer's.</param>
    /// <param name="others">Parameters of the peer that ours holds elsewhere.</param>
    public static void Give(FlatModel ours, nn.Module peer, Func<string, string> rename, params string[] others)
    {
        var theirs = peer.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        Assert.Equal(theirs.Keys.Order(), ours.Layout.Slots.Select(slot => rename(slot.Name)).Concat(others).Order());
        using var noGradient = no_grad();
        ours.Walk((slot, values) =>
        {
            var to = theirs[rename(slot.Name)];
            Assert.Equal(slot.Shape.Select(size => (long)size), to.shape);
            values.CopyTo(MemoryMarshal.Cast<byte, float>(to.bytes));
        });
    }

    /// <summary>Fails where weights are farther from the peer's than rounding explains, parameter by parameter.</summary>
    public static void AssertClose(FlatModel ours, nn.Module peer, Func<string, string> rename, double tolerance)
    {
        var theirs = peer.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        ours.Walk((slot, values) => AssertClose(MemoryMarshal.Cast<byte, float>(theirs[rename(slot.Name)].bytes), values, tolerance, slot.Name));
    }

    /// <summary>
    /// Fails where the root of the mean square of the differences is above the tolerance. Single values say little: Adam makes whole steps of
    /// gradients that are hardly more than rounding.
    /// </summary>
    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double squares = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = (double)expected[i] - actual[i];
            squares += difference * difference;
        }

        double typical = Math.Sqrt(squares / expected.Length);
        Assert.True(typical <= tolerance, $"{what} is {typical} from the peer's");
    }
}

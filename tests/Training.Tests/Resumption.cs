using Compression.Training.Tests.Ptb;

namespace Compression.Training.Tests;

/// <summary>A run that goes on from a checkpoint beside one that was never stopped.</summary>
internal static class Resumption
{
    /// <summary>Both end with the same weights, bytes and loss.</summary>
    /// <param name="train">Trains in a folder, from a checkpoint or, where that is empty, from the start.</param>
    /// <param name="checkpoint">The step of the checkpoint.</param>
    public static void AssertEndsAlike(Func<string, string, RecordingLogger> train, long checkpoint)
    {
        using var folder = new TemporaryFolder();
        string whole = Path.Combine(folder.Path, "whole"), part = Path.Combine(folder.Path, "part");
        var expected = train("", whole);
        train("", part);
        var resumed = train(Path.Combine(part, "checkpoints", $"step-{checkpoint:D6}"), part);
        Assert.Equal(expected.Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
        Assert.Equal(expected.Summary.Bytes, resumed.Summary.Bytes);
        Assert.Equal(expected.Evaluations[^1].Loss, resumed.Evaluations[^1].Loss);
    }
}

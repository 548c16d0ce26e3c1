using System.Collections.Immutable;

namespace Compression.Training.ModelParallel.Buckets;

/// <summary>Sentences of one bucket that all replicas together compute in one step.</summary>
/// <param name="Text">Where they stand.</param>
/// <param name="Steps">T, the bucket's length.</param>
/// <param name="Sentences">All of them.</param>
/// <param name="Replicas">Among which they are dealt out, in turn.</param>
public sealed record BucketBatch(SentenceText Text, int Steps, ImmutableArray<int> Sentences, int Replicas)
{
    /// <summary>Targets of all replicas.</summary>
    public long Targets => Sentences.Sum(sentence => (long)Text.Length(sentence));

    /// <summary>The sentences of one replica; none where there are fewer sentences than replicas.</summary>
    public ImmutableArray<int> Of(int replica) => [.. Sentences.Where((_, index) => index % Replicas == replica)];

    /// <summary>Writes a replica's columns.</summary>
    /// <param name="sentences">From <see cref="Of"/>; B.</param>
    /// <param name="input">Receives [T, B] ids, row-major.</param>
    /// <param name="target">Receives the ids that follow; <see cref="SentenceText.Padding"/> where nothing is to be predicted.</param>
    public void Fill(ImmutableArray<int> sentences, Span<long> input, Span<long> target)
    {
        for (int column = 0; column < sentences.Length; column++)
        {
            Text.Fill(sentences[column], Steps, column, sentences.Length, input, target);
        }
    }
}

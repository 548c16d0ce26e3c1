using Compression.Training.Data;

namespace Compression.Training.TransformerXl;

/// <summary>A corpus as tokens.</summary>
/// <param name="Vocabulary">Ids of the words.</param>
/// <param name="Splits">Tokens of train, valid and test.</param>
/// <param name="Oddities">Of each of its text files, in the order in which they were read.</param>
internal sealed record TokenizedText(Vocabulary Vocabulary, int[][] Splits, TextOddities[] Oddities);

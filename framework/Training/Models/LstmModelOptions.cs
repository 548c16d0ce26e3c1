namespace Compression.Training.Models;

/// <summary>Sizes of a <see cref="LstmLanguageModel"/>.</summary>
/// <param name="Vocabulary">V, words.</param>
/// <param name="EmbeddingSize">E.</param>
/// <param name="HiddenSize">H.</param>
/// <param name="Layers">LSTM layers.</param>
/// <param name="Dropout">Probability, 0 to below 1.</param>
/// <param name="Tied">The decoder's weight is the embedding's; needs E = H.</param>
public sealed record LstmModelOptions(int Vocabulary, int EmbeddingSize, int HiddenSize, int Layers, double Dropout, bool Tied);

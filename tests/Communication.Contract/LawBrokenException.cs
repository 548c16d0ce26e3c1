namespace Compression.Communication.Contract;

/// <summary>A communicator broke a law.</summary>
public sealed class LawBrokenException(string message) : Exception(message);

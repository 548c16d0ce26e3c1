using System.Net.Sockets;

namespace Compression.Training.Tests.Data.Lm1b;

/// <summary>The server that other tests lean on: its end is no error, at whatever moment it comes.</summary>
[Seeded]
public sealed class LoopbackServerTests
{
    [Fact]
    public void Its_end_is_silent_before_during_and_after_a_request()
    {
        byte[] file = new byte[1 << 22];
        for (int round = 0; round < 100; round++)
        {
            using (new LoopbackServer([]))
            {
            }

            using var client = new TcpClient();
            using var server = new LoopbackServer(new() { ["file"] = file });
            client.Connect(server.At("").Host, server.At("").Port);
            if (round % 3 > 0)
            {
                client.GetStream().Write("GET /file HTTP/1.1\r\n"u8);
            }

            if (round % 3 > 1)
            {
                // Nobody reads the answer, which is longer than what the system holds.
                client.GetStream().Write("\r\n"u8);
                Assert.True(client.GetStream().ReadByte() >= 0);
            }
        }
    }
}

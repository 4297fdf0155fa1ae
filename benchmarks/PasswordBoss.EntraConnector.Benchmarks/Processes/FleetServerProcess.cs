using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.SandboxHost;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>
/// The servers of many tenants: those that answer, those that throttle, those that answer slowly, a port that never answers and one that is closed. Each server answers
/// for every tenant id. Its first output line contains the addresses.
/// </summary>
internal static class FleetServerProcess
{
    public const string Command = "fleet-server-process";

    public static async Task RunAsync(BenchmarkOptions options)
    {
        using var certificates = TestCertificates.Create();
        var latency = TimeSpan.FromMilliseconds(options.Latency);
        await using var good = await StartAsync(certificates, options.People(5), latency);
        await using var throttled = await StartAsync(certificates, 5, latency);
        await using var slow = await StartAsync(certificates, 5, TimeSpan.FromSeconds(12));
        var asked = 0;
        throttled.Fault = request =>
        {
            if (request.RequestUri!.Port != throttled.Endpoints.GraphEndpoint.Port)
                return ManyTenants.Answer(request);
            var answer = new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Content = new StringContent("{}") };
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(Interlocked.Increment(ref asked) % 2 == 0 ? 10 : 100));
            return answer;
        };
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var refusing = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        await File.WriteAllTextAsync(options.Text("authority"), certificates.AuthorityPem);
        Console.WriteLine(JsonSerializer.Serialize(new[] { good.Endpoints, throttled.Endpoints, slow.Endpoints, At(((IPEndPoint)silent.LocalEndpoint).Port), At(refusing) }));
        await Console.In.ReadToEndAsync();
    }

    private static async Task<SandboxServer> StartAsync(TestCertificates certificates, int people, TimeSpan latency)
    {
        var server = await SandboxServer.StartAsync(SandboxState.Generated(people, 0), certificates);
        server.Latency = latency;
        server.Fault = ManyTenants.Answer;
        return server;
    }

    private static SandboxEndpoints At(int port) => new()
    {
        AuthorityHost = new Uri("https://localhost:" + port.ToString(CultureInfo.InvariantCulture) + "/"),
        GraphEndpoint = new Uri("https://localhost:" + port.ToString(CultureInfo.InvariantCulture) + "/v1.0"),
        PasswordBossUri = new Uri("https://localhost:" + port.ToString(CultureInfo.InvariantCulture) + "/scim/v2"),
    };
}

using System;
using System.Globalization;
using System.IO;
using System.Text.Json;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.SandboxHost;
using var certificates = Option("--certificate") is { } file ? TestCertificates.FromFile(file) : null;

// A server in its own process, for measurements. Its first output line is a JSON object with the addresses. It ends when its standard input closes. An input
// line requests the counters.
//   --people N     that many people in memory instead of the sandbox company
//   --teams N      further groups for them
//   --state FILE   the state in a file
//   --tenants yes  answer for every tenant id, and fail for some groups
//   --latency MS   the delay of each response in milliseconds
//   --certificate F  a PKCS#12 file with the certificate to use
//   --authority F  where to write the certificate authority as PEM
string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

int Number(string name) => Option(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;

var state = Option("--state") is { } path ? SandboxState.AtFile(path)
    : Option("--people") is not null ? SandboxState.Generated(Number("--people"), Number("--teams"))
    : SandboxState.InMemory();
await using var server = await SandboxServer.StartAsync(state, certificates);
if (Option("--tenants") is not null)
    server.Fault = ManyTenants.Answer;
server.Latency = TimeSpan.FromMilliseconds(Number("--latency"));
if (Option("--authority") is { } pem)
    await File.WriteAllTextAsync(pem, server.AuthorityPem);
await Console.Out.WriteLineAsync(JsonSerializer.Serialize(server.Endpoints));
while (await Console.In.ReadLineAsync() is not null)
    await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { server.Requests, server.BytesSent }));

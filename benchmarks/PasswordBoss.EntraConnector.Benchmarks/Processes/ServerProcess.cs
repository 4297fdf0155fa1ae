using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.SandboxHost;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>
/// The sandbox on real sockets, which counts the requests by kind. Its first output line contains its addresses. It answers each input line with the counts since
/// the last one. An input line with a number renames that many people first; a line such as <c>disable 7</c> first changes one user.
/// </summary>
internal static partial class ServerProcess
{
    public const string Command = "server-process";

    public static async Task RunAsync(BenchmarkOptions options)
    {
        await using var server = await SandboxServer.StartAsync(SandboxState.Generated(options.People(1000), options.Number("teams", 0)));
        server.Latency = TimeSpan.FromMilliseconds(options.Latency);
        var sent = 0L;
        var counts = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        server.Fault = request =>
        {
            counts.AddOrUpdate(KindOf(request, server.Endpoints), 1, (_, count) => count + 1);
            return null;
        };
        await File.WriteAllTextAsync(options.Text("authority"), server.AuthorityPem);
        Console.WriteLine(JsonSerializer.Serialize(server.Endpoints));
        var renames = 0;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line.Split(' ') is [var change, var person])
                Change(server.Tenant, change, $"{int.Parse(person, CultureInfo.InvariantCulture):x8}-0000-4000-8000-{1:x12}");
            for (var i = int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var people) ? people : 0; i > 0; i--)
                server.Tenant.Rename($"{i:x8}-0000-4000-8000-{1:x12}", "Renamed Person" + Stage.Text(renames++));
            counts["bytes sent"] = (int)(server.BytesSent - sent);
            sent = server.BytesSent;
            Console.WriteLine(JsonSerializer.Serialize(new SortedDictionary<string, int>(counts, StringComparer.Ordinal)));
            counts.Clear();
        }
    }

    private static void Change(SandboxTenant tenant, string change, string user)
    {
        const string UserGroup = "Password Boss Users";
        switch (change)
        {
            case "disable":
                tenant.Disable(user);
                break;
            case "delete":
                tenant.Delete(user);
                break;
            case "outside":
                tenant.RemoveMember(user, UserGroup);
                break;
            case "nested":
                tenant.RemoveMember(user, UserGroup);
                var inner = tenant.CreateGroup("Inner");
                tenant.AddMember(user, inner);
                tenant.AddNestedGroup(inner, UserGroup);
                break;
            default:
                throw new ArgumentException(change);
        }
    }

    private static string KindOf(HttpRequestMessage request, SandboxEndpoints endpoints)
    {
        var address = request.RequestUri!;
        var side = address.Port == endpoints.GraphEndpoint.Port ? "Graph" : address.Port == endpoints.PasswordBossUri.Port ? "SCIM" : "Sign-in";
        return $"{side}: {request.Method} {Identifier().Replace(address.AbsolutePath, "/{id}")}";
    }

    // The ids of the sandbox: those of Entra, and those of Password Boss.
    [GeneratedRegex("/([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|pb[ag]-[0-9]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Identifier();
}

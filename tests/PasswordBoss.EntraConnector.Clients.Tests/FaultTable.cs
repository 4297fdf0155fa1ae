using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.Tests.Entra;
using PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests;

/// <summary>
/// What becomes of each request under each fault, as a table that one can read. A cell is the error's id, or what the call returned. The fault lasts: the
/// request is answered by it as often as it is sent.
/// </summary>
internal static class FaultTable
{
    public static readonly string[] Faults = ["401", "403", "404", "410", "429", "500", "503", "reset", "truncated", "hang", "HTML", "empty", "wrong JSON", "redirect"];

    /// <summary>Times under which a hang ends soon and everything else has enough.</summary>
    public static HttpTiming TimingFor(string fault) => TestConnections.Fast with { TryTimeout = TimeSpan.FromSeconds(fault == "hang" ? 5 : 30), MaxTries = fault == "hang" ? 1 : 2 };

    /// <summary>The cells of a column, by the name of the request.</summary>
    /// <param name="table">A row for each request: its name, then a cell for each fault, separated by bars.</param>
    /// <param name="fault">The fault.</param>
    public static IReadOnlyDictionary<string, string> Column(string table, string fault)
    {
        var rows = table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(r => r.Split('|', StringSplitOptions.TrimEntries)).ToList();
        var column = Array.IndexOf(rows[0], fault);
        Assert.True(column > 0, fault);
        Assert.All(rows, r => Assert.Equal(rows[0].Length, r.Length));
        return rows.Skip(1).ToDictionary(r => r[0], r => r[column]);
    }

    /// <summary>What a call comes to.</summary>
    /// <param name="call">The call; says what it returned.</param>
    public static async Task<string> OutcomeAsync(Func<Task<string>> call)
    {
        try
        {
            return await call();
        }
        catch (ConnectorException e)
        {
            AssertContainsNoSecret(e);
            return e.Id.ToString();
        }
    }

    /// <summary>Neither an error nor its causes hold what opens a server, in their text or in what they carry along.</summary>
    /// <param name="error">The error.</param>
    public static void AssertContainsNoSecret(Exception error)
    {
        var reported = error.ToString();
        for (Exception? e = error; e is not null; e = e.InnerException)
            reported += string.Concat(e.Data.Cast<DictionaryEntry>().Select(d => $" {d.Key}: {d.Value}"));
        // An access token is two encoded JSON objects and a signature.
        Assert.All(new[] { EntraDouble.Secret, ScimServer.Token, "Bearer ", "eyJ" }, secret => Assert.DoesNotContain(secret, reported, StringComparison.Ordinal));
    }

    /// <summary>Answers with a fault.</summary>
    /// <param name="server">The server.</param>
    /// <param name="context">The request.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="refuse">Writes an error of the server's own form, with a status.</param>
    public static async Task ApplyAsync(LoopbackServer server, HttpContext context, string fault, Func<HttpContext, int, Task> refuse)
    {
        switch (fault)
        {
            case "reset":
                await LoopbackServer.ResetAsync(context);
                break;
            case "truncated":
                await LoopbackServer.TruncateAsync(context, """{"value":[""", 5000);
                break;
            case "hang":
                await server.HangAsync(context);
                break;
            case "HTML":
                await LoopbackServer.HtmlAsync(context);
                break;
            case "empty":
                break;
            case "wrong JSON":
                await LoopbackServer.JsonAsync(context, """{"unexpected":[null,{"id":7}],"value":7}""");
                break;
            case "redirect":
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = "https://stranger.example/";
                break;
            default:
                await refuse(context, int.Parse(fault, CultureInfo.InvariantCulture));
                break;
        }
    }
}

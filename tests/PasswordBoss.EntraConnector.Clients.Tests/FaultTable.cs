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
/// The results of each request for each fault, as a table. A cell is the ID of the error, or the result of the call. The fault is permanent: every try of the
/// request gets it.
/// </summary>
internal static class FaultTable
{
    public static readonly string[] Faults = ["401", "403", "404", "410", "429", "500", "503", "reset", "truncated", "hang", "HTML", "empty", "wrong JSON", "redirect"];

    /// <summary>Timing with a short timeout for a hang and enough time for the other faults.</summary>
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

    /// <summary>The result of a call as the text of a cell.</summary>
    /// <param name="call">The call, which returns the text for a success.</param>
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

    /// <summary>Fails if an error or one of its causes contains a secret in its text or its data.</summary>
    /// <param name="error">The error.</param>
    public static void AssertContainsNoSecret(Exception error)
    {
        var reported = error.ToString();
        for (Exception? e = error; e is not null; e = e.InnerException)
            reported += string.Concat(e.Data.Cast<DictionaryEntry>().Select(d => $" {d.Key}: {d.Value}"));
        // An access token is two encoded JSON objects and a signature.
        Assert.All(new[] { EntraDouble.Secret, ScimServer.Token, "Bearer ", "eyJ" }, secret => Assert.DoesNotContain(secret, reported, StringComparison.Ordinal));
    }

    /// <summary>Responds with a fault.</summary>
    /// <param name="server">The server.</param>
    /// <param name="context">The request.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="refuse">Writes an error in the server's own format, with a status.</param>
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

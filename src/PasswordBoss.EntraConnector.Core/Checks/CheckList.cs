using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Output;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>The results of a connection's checks, in display order.</summary>
internal sealed class CheckList
{
    private readonly string connection;
    private readonly List<PBConnectionCheck> rows = new();

    public CheckList(string connection) => this.connection = connection;

    public IReadOnlyList<PBConnectionCheck> Rows => rows;

    public void Add(string name, CheckStatus status, Message detail, Message? recommendation = null) => Add(name, status, detail.Render(), recommendation?.RenderFor(connection) ?? "");

    public void Add(string name, CheckStatus status, string detail, string recommendation) =>
        rows.Add(CheckViews.Render(connection, name, status, detail, recommendation));

    public void Fail(string name, Problem error) => Add(name, CheckStatus.Failed, error.Render(), error.Recommendation.RenderFor(connection));

    /// <summary>Adds checks that cannot run because an earlier one failed.</summary>
    public void Skip(params string[] names)
    {
        foreach (var name in names)
            Add(name, CheckStatus.Skipped, Texts.CheckSkippedAfterFailure);
    }

    /// <summary>Runs a check that may fail; an error becomes its result.</summary>
    public async Task<bool> TryAsync(string name, Func<Task> check)
    {
        try
        {
            await check().ConfigureAwait(false);
            return true;
        }
        catch (ConnectorException error)
        {
            Fail(name, error.Problem);
            return false;
        }
    }
}

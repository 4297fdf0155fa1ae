using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>A statement with the parameters <c>$1</c>, <c>$2</c> …, prepared once for many rows.</summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand command;

    /// <summary>Prepares a statement.</summary>
    /// <param name="connection">The connection, with its current transaction.</param>
    /// <param name="sql">The text.</param>
    public Statement(SqliteConnection connection, string sql)
    {
        command = connection.CreateCommand();
        command.CommandText = sql;
    }

    /// <summary>Sets the parameters.</summary>
    /// <param name="values">Text, numbers, Booleans, bytes or null.</param>
    public Statement With(params object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (command.Parameters.Count <= i)
                command.Parameters.Add(new SqliteParameter { ParameterName = "$" + (i + 1).ToString(CultureInfo.InvariantCulture) });
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return this;
    }

    /// <summary>Executes it.</summary>
    /// <returns>The number of changed rows.</returns>
    public int Execute() => command.ExecuteNonQuery();

    /// <summary>Reads all rows.</summary>
    /// <param name="read">Converts a row.</param>
    /// <typeparam name="T">The type of a converted row.</typeparam>
    public List<T> ReadAll<T>(Func<SqliteDataReader, T> read)
    {
        var rows = new List<T>();
        ForEach(row => rows.Add(read(row)));
        return rows;
    }

    /// <summary>Passes all rows to an action, one by one.</summary>
    /// <param name="take">Receives a row.</param>
    public void ForEach(Action<SqliteDataReader> take)
    {
        using var reader = command.ExecuteReader();
        while (reader.Read())
            take(reader);
    }

    /// <inheritdoc/>
    public void Dispose() => command.Dispose();
}

/// <summary>Shorthand for common operations on connections and rows.</summary>
internal static class SqliteShorthand
{
    /// <summary>Executes statements without parameters.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The statements.</param>
    public static void Run(this SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        statement.Execute();
    }

    /// <summary>Executes one statement once.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="values">The values of the parameters.</param>
    /// <returns>The number of changed rows.</returns>
    public static int Run(this SqliteConnection connection, string sql, params object?[] values)
    {
        using var statement = new Statement(connection, sql);
        return statement.With(values).Execute();
    }

    /// <summary>
    /// Executes one statement for many rows. The rows are passed as a JSON text, which <c>jsonb_each</c> turns into rows again. That costs one call for a
    /// hundred rows, instead of one for each value.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The statement. Its last parameter is the text, an array with one element for each row.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="write">Writes the element of a row.</param>
    /// <param name="values">The values of the other parameters.</param>
    /// <typeparam name="T">The type of a row's data.</typeparam>
    public static void RunForEach<T>(this SqliteConnection connection, string sql, IEnumerable<T> rows, Action<Utf8JsonWriter, T> write, params object?[] values)
    {
        if (rows is IReadOnlyCollection<T> { Count: 0 })
            return;
        Statement? statement = null;
        try
        {
            foreach (var text in JsonParameters.WriteRows(rows, write))
                (statement ??= new Statement(connection, sql)).With([.. values, text]).Execute();
        }
        finally
        {
            statement?.Dispose();
        }
    }

    /// <summary>Reads all rows of one query.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The query.</param>
    /// <param name="read">Converts a row.</param>
    /// <param name="values">The values of the parameters.</param>
    /// <typeparam name="T">The type of a converted row.</typeparam>
    public static List<T> Query<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params object?[] values)
    {
        using var statement = new Statement(connection, sql);
        return statement.With(values).ReadAll(read);
    }

    /// <summary>Passes on all rows of one query, one by one.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The query.</param>
    /// <param name="take">Receives a row.</param>
    /// <param name="values">The values of the parameters.</param>
    public static void ForEach(this SqliteConnection connection, string sql, Action<SqliteDataReader> take, params object?[] values)
    {
        using var statement = new Statement(connection, sql);
        statement.With(values).ForEach(take);
    }

    /// <summary>The one number that a query returns.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The query.</param>
    /// <param name="values">The values of the parameters.</param>
    public static long Number(this SqliteConnection connection, string sql, params object?[] values) =>
        connection.Query(sql, row => row.GetInt64(0), values)[0];

    /// <summary>A text, or null.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    public static string? Text(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>A time, stored as UTC ticks.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    public static DateTimeOffset Time(this SqliteDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);

    /// <summary>A time, or null.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    public static DateTimeOffset? TimeOrNone(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    /// <summary>A number, or null.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    public static long? Number(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>An id, stored as 16 bytes.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    public static Guid Id(this SqliteDataReader row, int column) => new((byte[])row.GetValue(column));
}

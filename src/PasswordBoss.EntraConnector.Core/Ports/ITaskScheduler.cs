using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// The scheduler of this machine. Throws <see cref="Errors.ErrorId.SchedulerUnavailable"/> when it cannot be asked and
/// <see cref="Errors.ErrorId.SchedulerRefused"/> when it says no; then everything is as it was before.
/// </summary>
public interface ITaskScheduler
{
    /// <summary>What it is called, for people.</summary>
    string Name { get; }

    /// <summary>Finds a task; null when there is none.</summary>
    /// <param name="target">What it syncs.</param>
    ScheduledTask? Find(TaskTarget target);

    /// <summary>Registers a task, or replaces the one that is there.</summary>
    /// <param name="target">What it syncs.</param>
    /// <param name="interval">The time between two runs: whole minutes, one to a day.</param>
    /// <param name="program">What it runs. Throws <see cref="Errors.ErrorId.TaskProgramUnusable"/> when that is not there, and for a task of root or
    /// SYSTEM <see cref="Errors.ErrorId.TaskProgramUnsafe"/> when another user can change it.</param>
    void Register(TaskTarget target, TimeSpan interval, TaskProgram program);

    /// <summary>Removes a task.</summary>
    /// <param name="target">What it syncs.</param>
    /// <returns>Whether there was one.</returns>
    bool Remove(TaskTarget target);
}

using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// The scheduler of this machine. Throws <see cref="Errors.ErrorId.SchedulerUnavailable"/> if it cannot be queried and
/// <see cref="Errors.ErrorId.SchedulerRefused"/> if it refuses; nothing has changed then.
/// </summary>
public interface ITaskScheduler
{
    /// <summary>The display name of the scheduler.</summary>
    string Name { get; }

    /// <summary>Finds a task; null if there is none.</summary>
    /// <param name="target">What the task syncs.</param>
    ScheduledTask? Find(TaskTarget target);

    /// <summary>
    /// Registers a task, or replaces the existing one. If the existing task keeps its program running, the program is stopped, unless nothing has changed. Throws
    /// <see cref="Errors.ErrorId.TaskResidentNotSupported"/> if the scheduler cannot keep a program running.
    /// </summary>
    /// <param name="target">What the task syncs.</param>
    /// <param name="interval">The time between two runs: whole minutes, one to a day.</param>
    /// <param name="program">The program to run. Throws <see cref="Errors.ErrorId.TaskProgramUnusable"/> if it does not exist, and for a task of root or
    /// SYSTEM <see cref="Errors.ErrorId.TaskProgramUnsafe"/> if another user can change it.</param>
    void Register(TaskTarget target, TimeSpan interval, TaskProgram program);

    /// <summary>Removes a task.</summary>
    /// <param name="target">What the task syncs.</param>
    /// <returns>Whether there was one.</returns>
    bool Remove(TaskTarget target);
}
